//! Records native stacks of the corpus programs while they run under Wasmtime.
//!
//! A stack is recorded whenever the program calls `lab.checkpoint`, which it
//! does where many references are live, and whenever Wasmtime asks to grow
//! the GC heap, which it does right after a collection that freed too little.
//! Both are host calls, so the frames below are those that the collector walks.
//!
//! The native unwinder gives the return addresses themselves. (Wasmtime's own
//! `WasmBacktrace` gives offsets into the Wasm binary, which calls share after
//! inlining.) Frames of trampolines are left out, as the collector never looks
//! them up. Each recorded stack is compared with `WasmBacktrace` in its number
//! of frames, and each address with the module's table; a program that
//! disagrees in either gives no walks at all.

use anyhow::{Context, Result, bail, ensure};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, CompileOptions, FunctionKind, Isa, Module, Tier};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::{mem, thread};
use wasmtime::{Caller, Config, Engine, Linker, ResourceLimiter, Store, WasmBacktrace};

/// Return addresses kept per program; beyond that every other stack is dropped.
const MOST_FRAMES: usize = 1 << 20;
/// Stack for deep recursion, and what of it Wasm may use.
const THREAD_STACK: usize = 64 << 20;
const WASM_STACK: usize = 16 << 20;

/// Stacks of one program, as offsets into its text section, innermost first.
#[derive(Debug, Default)]
pub struct Walks {
    pub stacks: Vec<Vec<u32>>,
    /// How many stacks were seen at checkpoints and at heap growth, kept or not.
    pub checkpoints: usize,
    pub growths: usize,
}

/// Runs the program that `module` was compiled from. `None` for modules that
/// are not programs of the corpus or not code for this machine.
pub fn record(module: &Module) -> Result<Option<Walks>> {
    let program = programs::all().iter().find(|p| p.name == module.name);
    let Some(program) = program.filter(|_| module.tier == Tier::Program) else {
        return Ok(None);
    };
    if Isa::host() != Some(module.isa) {
        return Ok(None);
    }
    let run = || run(module, program);
    let walks = thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(THREAD_STACK)
            .spawn_scoped(scope, run);
        match thread.context("cannot start a thread")?.join() {
            Ok(walks) => walks,
            Err(_) => bail!("panicked"),
        }
    });
    walks
        .map(Some)
        .with_context(|| format!("{}: no walks recorded", module.key()))
}

fn run(module: &Module, program: &Program) -> Result<Walks> {
    let engine = Engine::new(&config(module.collector)?)?;
    let code = wasmtime::Module::new(&engine, program.wat)?;
    let text = code.text().as_ptr_range();
    let mut store = Store::new(
        &engine,
        Recorder::new(module, text.start as usize..text.end as usize),
    );
    store.limiter(|recorder| recorder);
    let mut linker = Linker::new(&engine);
    linker.func_wrap("lab", "checkpoint", |mut caller: Caller<'_, Recorder>| {
        let frames = WasmBacktrace::force_capture(&caller).frames().len();
        caller.data_mut().checkpoint(frames);
    })?;
    program.run(&mut store, &linker, &code)?;
    store.into_data().finish(module)
}

/// As the corpus compiles programs, but with room for deep stacks.
fn config(collector: Collector) -> Result<Config> {
    let options = CompileOptions {
        collector: Some(collector),
        ..Default::default()
    };
    let mut config = options.config().map_err(anyhow::Error::msg)?;
    config.native_unwind_info(true);
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK)
        .wasm_backtrace_max_frames(NonZeroUsize::new(MOST_FRAMES));
    Ok(config)
}

/// Takes down native stacks.
struct Recorder {
    /// Where the text section lies.
    text: Range<usize>,
    /// The functions that the collector looks up, ascending.
    wasm: Vec<Range<u32>>,
    walks: Walks,
    frames: usize,
    /// One stack in this many is kept.
    every: usize,
    miscounted: usize,
}

impl Recorder {
    fn new(module: &Module, text: Range<usize>) -> Recorder {
        let wasm = module
            .functions
            .iter()
            .filter(|f| f.kind != FunctionKind::Trampoline);
        Recorder {
            text,
            wasm: wasm.map(|f| f.range.clone()).collect(),
            walks: Walks::default(),
            frames: 0,
            every: 1,
            miscounted: 0,
        }
    }

    fn checkpoint(&mut self, frames: usize) {
        self.walks.checkpoints += 1;
        let stack = self.stack();
        self.miscounted += usize::from(stack.len() != frames);
        self.keep(stack);
    }

    fn growth(&mut self) {
        self.walks.growths += 1;
        let stack = self.stack();
        self.keep(stack);
    }

    /// Return addresses into Wasm functions on this thread's stack.
    fn stack(&self) -> Vec<u32> {
        let mut stack = Vec::new();
        backtrace::trace(|frame| {
            let ip = frame.ip() as usize;
            if self.text.contains(&(ip.wrapping_sub(1))) {
                let pc = (ip - self.text.start) as u32;
                // A call may be the last instruction of a function.
                let above = self.wasm.partition_point(|f| f.start < pc);
                if above > 0 && pc <= self.wasm[above - 1].end {
                    stack.push(pc);
                }
            }
            true
        });
        stack
    }

    fn keep(&mut self, stack: Vec<u32>) {
        let seen = self.walks.checkpoints + self.walks.growths;
        if stack.is_empty() || !seen.is_multiple_of(self.every) {
            return;
        }
        self.frames += stack.len();
        self.walks.stacks.push(stack);
        if self.frames > MOST_FRAMES {
            self.every *= 2;
            let all = mem::take(&mut self.walks.stacks);
            self.walks.stacks = all.into_iter().skip(1).step_by(2).collect();
            self.frames = self.walks.stacks.iter().map(Vec::len).sum();
        }
    }

    fn finish(self, module: &Module) -> Result<Walks> {
        let Recorder {
            walks, miscounted, ..
        } = self;
        ensure!(
            miscounted == 0,
            "{miscounted} stacks have other frames than Wasmtime says"
        );
        let known: Vec<u32> = module.table.iter().map(|s| s.pc).collect();
        let strange = |pc: &&u32| known.binary_search(pc).is_err();
        if let Some(pc) = walks.stacks.iter().flatten().find(strange) {
            bail!("return address {pc:#x} is not in the module's table");
        }
        Ok(walks)
    }
}

impl ResourceLimiter for Recorder {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.growth();
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
