//! Wasmtime with the patches applied and nothing else, built with debug assertions
//! or with `gc_zeal`, so that a Wasm frame at no known safepoint is a panic: runs
//! the programs of the corpus, the shorter executions of wild modules and the
//! specification's tests. With folders as arguments it runs the `.wast` files in them
//! too.

mod wast;

use anyhow::{Context, Result, ensure};
use stackmap_corpus::{Isa, programs};
use stackmap_rehearsal::{
    COLLECTORS, Wild, collect_at_checkpoints, config, note, on_deep_stack, say,
};
use std::path::PathBuf;
use std::process::ExitCode;
use wasmtime::{Engine, Module};

/// Collections of a program that its checkpoints start.
const MOST_COLLECTIONS: u64 = 500;

/// Executions that take seconds, of modules that need no git repository.
const EXECUTIONS: [&str; 2] = ["dart_fmt", "calculus"];

fn main() -> ExitCode {
    let folders = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let rehearsed = on_deep_stack(move || rehearse(folders)).flatten();
    match rehearsed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note!("rehearse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn rehearse(folders: Vec<PathBuf>) -> Result<()> {
    if wast::is_zealous() {
        say!(
            "Programs and executions are left out: gc_zeal looks at all of their heaps too often."
        )?;
    } else {
        run_programs()?;
        run_executions()?;
    }
    let mut failed = wast::run_specification()?;
    for folder in folders {
        failed.extend(wast::run_folder(&folder)?);
    }
    for failure in &failed {
        say!("{failure}")?;
    }
    ensure!(failed.is_empty(), "{} tests failed", failed.len());
    Ok(())
}

fn run_programs() -> Result<()> {
    let isa = Isa::host().context("Cranelift does not compile for this machine")?;
    say!(
        "{:<10} {:>8} {:>11}",
        "collector",
        "programs",
        "collections"
    )?;
    for collector in COLLECTORS {
        let engine = Engine::new(&config(isa, collector)?)?;
        let mut collections = 0;
        for program in programs::all() {
            let at = || format!("{}, collector {collector}", program.name);
            let code = Module::new(&engine, program.wat)?;
            collections += collect_at_checkpoints(&engine, program, &code, MOST_COLLECTIONS)
                .with_context(at)?;
        }
        let programs = programs::all().len();
        say!("{collector:<10} {programs:>8} {collections:>11}")?;
    }
    Ok(())
}

fn run_executions() -> Result<()> {
    say!("{:<10} execution", "collector")?;
    for wild in Wild::at_hand(None, |name| EXECUTIONS.contains(&name), &[])? {
        for collector in COLLECTORS {
            let at = || format!("{}, collector {collector}", wild.name());
            let code = wild.compile(collector).with_context(at)?;
            wild.run(&code).with_context(at)?;
            say!("{collector:<10} {}", wild.name())?;
        }
    }
    Ok(())
}
