//! From a pinned execution to its collections.
#![allow(unsafe_code)]

use super::collections::{Watched, watch};
use super::manifest::Execution;
use super::runnable::Runnable;
use crate::compile::CompileOptions;
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::ModuleKey;
use crate::recorded::{
    CompiledWild, Provenance, RecordOptions, Recording, Target, compile_whole, file_name,
};
use crate::sha256::sha256_hex;
use crate::walks::{Walks, WalksHeader};
use crate::wild::WildModule;
use std::thread;
use wasmtime::{Engine, Error, Result};

/// Stack for deep recursion, and what of it Wasm may use.
const THREAD_STACK: usize = 64 << 20;
const WASM_STACK: usize = 16 << 20;

const REMEDY: &str = "run it anew, and correct executions.toml if that is what it should do";

/// What an execution did.
#[derive(Debug)]
pub struct Executed {
    /// The module with its recorded table, in which every return address is.
    pub module: Module,
    /// Where the module came from and how it was compiled.
    pub provenance: Provenance,
    /// What was called, or the trace that was replayed.
    pub calls: Vec<String>,
    /// How often all of that was called.
    pub times: u64,
    /// What it printed.
    pub output: Vec<u8>,
    /// Its collections.
    pub watched: Watched,
}

/// Compiles the module of an execution and runs it. An execution that does not do
/// what is pinned is refused, as is one with a return address that the module's
/// recorded table lacks. The program must call [`crate::child_main`].
pub fn execute(
    execution: &Execution,
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<Executed, CorpusError> {
    let key = target.key(&entry.name);
    let origin = format!("execution {} of {key}", execution.name);
    let refuse = |problem: String| CorpusError::unusable(&origin, problem, REMEDY);
    let recorded = Recording::open(&options.folder.join(file_name(&key)))?.module()?;
    let runnable = Runnable::open(execution, entry, &options.fetch)?;
    let compiled = compile_whole(entry, target, options)?;
    if (&recorded.section, &recorded.table) != (&compiled.module.section, &compiled.module.table) {
        let problem = "the module's recorded table is not that of the code";
        let remedy = "record it anew: `stackmap-lab corpus record`";
        return Err(CorpusError::unusable(&origin, problem, remedy));
    }
    let ran = run(&runnable, &compiled)?;
    let (output, watched) = ran.map_err(|e| refuse(format!("{e:#}")))?;
    check_addresses(&watched, &recorded).map_err(refuse)?;
    Ok(Executed {
        module: recorded,
        provenance: compiled.provenance,
        calls: runnable.calls(),
        times: runnable.times(),
        output,
        watched,
    })
}

impl Executed {
    /// The collections of this execution, to be recorded.
    pub fn walks(&self, execution: &Execution) -> Walks {
        let ModuleKey {
            module,
            isa,
            collector,
        } = self.module.key();
        let section = self.module.section.as_deref().unwrap_or_default();
        let header = WalksHeader {
            execution: execution.name.clone(),
            calls: self.calls.clone(),
            times: self.times,
            module,
            isa,
            collector,
            provenance: self.provenance.clone(),
            section_sha256: sha256_hex(section),
            collections: self.watched.collections,
            frames: self.watched.frames,
            every: self.watched.every,
            stacks: self.watched.stacks.len() as u64,
            frames_kept: self.watched.stacks.iter().map(|s| s.len() as u64).sum(),
        };
        Walks {
            header,
            stacks: self.watched.stacks.clone(),
        }
    }
}

type Ran = Result<(Vec<u8>, Watched)>;

/// Runs the code on a thread with much stack. The outer error is of this program.
fn run(runnable: &Runnable, compiled: &CompiledWild) -> Result<Ran, CorpusError> {
    let failed = |problem: &dyn std::fmt::Display| {
        CorpusError::unusable(runnable.name(), problem, "free memory and try again")
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(THREAD_STACK)
            .spawn_scoped(scope, || run_here(runnable, compiled));
        match thread.map_err(|e| failed(&e))?.join() {
            Ok(ran) => ran,
            Err(_) => Err(failed(&"its thread panicked")),
        }
    })
}

fn run_here(runnable: &Runnable, compiled: &CompiledWild) -> Result<Ran, CorpusError> {
    let code = match load(&compiled.options, &compiled.cwasm) {
        Ok(code) => code,
        Err(error) => return Ok(Err(error)),
    };
    let text = code.text().as_ptr_range();
    let text = text.start as usize..text.end as usize;
    let (ran, watched) = watch(text, || runnable.run(&code))?;
    Ok(ran.map(|output| (output, watched)))
}

fn load(options: &CompileOptions, cwasm: &[u8]) -> Result<wasmtime::Module> {
    let mut config = options.config().map_err(Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    let engine = Engine::new(&config)?;
    // SAFETY: a child process of this program has just compiled it.
    unsafe { wasmtime::Module::deserialize(&engine, cwasm) }
}

fn check_addresses(watched: &Watched, module: &Module) -> Result<(), String> {
    if watched.strange > 0 {
        return Err(format!(
            "{} return addresses lie outside its code",
            watched.strange
        ));
    }
    let known: Vec<u32> = module.table.iter().map(|s| s.pc).collect();
    let missing = |pc: &&u32| known.binary_search(pc).is_err();
    match watched.pcs.iter().find(missing) {
        Some(pc) => Err(format!(
            "return address {pc:#x} is not in the module's table"
        )),
        None => Ok(()),
    }
}
