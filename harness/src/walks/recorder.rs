//! The stacks of the corpus programs, recorded while they run under Wasmtime.
//!
//! A collection is forced whenever the program calls `lab.checkpoint`, which it
//! does where many references are live. These and all that allocation starts are
//! seen as `stackmap_corpus::execution` sees them. Each address is compared with
//! the module's table; a program that disagrees gives no walks at all.

use super::{Execution, Walks};
use anyhow::{Context, Result, bail, ensure};
use stackmap_corpus::execution::watch;
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, CompileOptions, Isa, Module, Tier};
use std::thread;
use wasmtime::{Caller, Config, Engine, Linker, ResourceLimiter, Store};

/// Stack for deep recursion, and what of it Wasm may use.
const THREAD_STACK: usize = 64 << 20;
const WASM_STACK: usize = 16 << 20;
/// What the programs are written in.
const LANGUAGE: &str = "WebAssembly text";

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
    let mut store = Store::new(&engine, Counts::default());
    store.limiter(|counts| counts);
    let mut linker = Linker::new(&engine);
    linker.func_wrap("lab", "checkpoint", |mut caller: Caller<'_, Counts>| {
        caller.data_mut().checkpoints += 1;
        caller.gc(None)
    })?;
    let text = code.text().as_ptr_range();
    let text = text.start as usize..text.end as usize;
    let (ran, watched) = watch(text, || program.run(&mut store, &linker, &code))?;
    ran?;
    ensure!(
        watched.strange == 0,
        "{} return addresses lie outside the code",
        watched.strange
    );
    let known: Vec<u32> = module.table.iter().map(|s| s.pc).collect();
    let strange = |pc: &&u32| known.binary_search(pc).is_err();
    if let Some(pc) = watched.pcs.iter().find(strange) {
        bail!("return address {pc:#x} is not in the module's table");
    }
    let Counts {
        checkpoints,
        growths,
    } = store.into_data();
    let execution = Execution {
        name: module.name.clone(),
        stacks: 0..watched.stacks.len(),
        checkpoints,
        growths,
        collections: watched.collections,
        frames: watched.frames,
    };
    Ok(Walks {
        stacks: watched.stacks,
        language: LANGUAGE.to_owned(),
        executions: vec![execution],
    })
}

/// As the corpus compiles programs, but with room for deep stacks.
fn config(collector: Collector) -> Result<Config> {
    let options = CompileOptions {
        collector: Some(collector),
        ..Default::default()
    };
    let mut config = options.config().map_err(anyhow::Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    Ok(config)
}

/// What the host of a program counts.
#[derive(Default)]
struct Counts {
    checkpoints: u64,
    growths: u64,
}

impl ResourceLimiter for Counts {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.growths += 1;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
