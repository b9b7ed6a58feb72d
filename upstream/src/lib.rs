//! The corpus's programs and executions in whatever Wasmtime this is built with.

mod executions;
mod output;

pub use executions::Wild;
pub use output::{line_to_stderr, line_to_stdout};

use anyhow::{Context, Result};
use stackmap_corpus::programs::Program;
use stackmap_corpus::{Collector, CompileOptions, Isa};
use std::thread;
use wasmtime::{Caller, Config, Engine, Linker, Module, Store};

/// Room for programs that recurse deeply.
const WASM_STACK: usize = 64 << 20;
const THREAD_STACK: usize = WASM_STACK + (16 << 20);

/// The collectors that ask stack maps for references.
pub const COLLECTORS: [Collector; 2] = [Collector::Copying, Collector::Drc];

/// Calls a function where deep recursion has room.
pub fn on_deep_stack<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let worker = thread::Builder::new().stack_size(THREAD_STACK).spawn(f);
    let joined = worker.context("cannot start a thread")?.join();
    joined.map_err(|_| anyhow::Error::msg("the thread panicked, as it says above"))
}

/// What the lab compiles modules with, and room for deep recursion.
pub fn config(isa: Isa, collector: Collector) -> Result<Config> {
    config_of(&options(isa, collector))
}

/// These options, and room for deep recursion.
pub fn config_of(options: &CompileOptions) -> Result<Config> {
    let mut config = options.config().map_err(anyhow::Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    Ok(config)
}

/// What the lab compiles modules with.
pub fn options(isa: Isa, collector: Collector) -> CompileOptions {
    CompileOptions {
        target: Some(isa.to_string()),
        collector: Some(collector),
        ..CompileOptions::default()
    }
}

/// Runs a program, each of whose checkpoints is a collection until there were `most`
/// of them, and counts these. Anything but the program's known result is an error.
pub fn collect_at_checkpoints(
    engine: &Engine,
    program: &Program,
    code: &Module,
    most: u64,
) -> Result<u64> {
    let mut store = Store::new(engine, 0);
    let mut linker = Linker::new(engine);
    linker.func_wrap(
        "lab",
        "checkpoint",
        move |mut caller: Caller<'_, u64>| -> wasmtime::Result<()> {
            if *caller.data() < most {
                *caller.data_mut() += 1;
                caller.gc(None)?;
            }
            Ok(())
        },
    )?;
    program.run(&mut store, &linker, code)?;
    Ok(*store.data())
}
