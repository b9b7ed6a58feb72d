//! What is run: programs of the corpus and wild executions.

use anyhow::{Context, Result};
use stackmap_corpus::execution::{Execution, Executions, Runnable};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::wild::{self, FetchOptions, Manifest, WildModule};
use stackmap_corpus::{Collector, CompileOptions, CorpusFolder, Isa, Tier};
use stackmap_rehearsal::{collect_at_checkpoints, options};
use std::path::PathBuf;
use wasmtime::{Engine, Module};

/// Collections of a program that its checkpoints start; at later ones nothing
/// happens.
const MOST_COLLECTIONS: u64 = 500;

/// Something with collections.
pub enum Subject {
    Program(&'static Program),
    Execution(Box<Wild>),
}

/// A pinned execution, and how its module is compiled.
pub struct Wild {
    runnable: Runnable,
    module: WildModule,
}

/// All pinned executions, and where their modules come from.
struct Pins {
    executions: Executions,
    modules: Manifest,
    fetch: FetchOptions,
}

impl Pins {
    fn read(from: Option<PathBuf>) -> Result<Pins> {
        let corpus = CorpusFolder::find(None)?;
        let cache = corpus.cache();
        Ok(Pins {
            executions: Executions::read(&corpus.executions())?,
            modules: Manifest::read(&corpus.manifest())?,
            fetch: FetchOptions { from, cache },
        })
    }

    fn is_at_hand(&self, execution: &Execution) -> Result<bool> {
        let module = self.modules.get(&execution.module)?;
        Ok(wild::is_at_hand(module, &self.fetch)?)
    }

    fn open(&self, execution: &Execution) -> Result<Subject> {
        let module = self.modules.get(&execution.module)?.clone();
        let runnable = Runnable::open(execution, &module, &self.fetch)?;
        Ok(Subject::Execution(Box::new(Wild { runnable, module })))
    }
}

impl Subject {
    pub fn programs() -> impl Iterator<Item = Subject> {
        programs::all().iter().map(Subject::Program)
    }

    /// The executions with this in their name whose module a package registry has, or
    /// the folder `from`, or the cache. Says of each other one that it is left out. A
    /// module that is heavy to compile must be asked for by the whole name.
    pub fn executions(
        from: Option<PathBuf>,
        is_asked: impl Fn(&str) -> bool,
        by_name: &[String],
    ) -> Result<Vec<Subject>> {
        let pins = Pins::read(from)?;
        let all = pins.executions.executions.iter();
        let mut found = Vec::new();
        for execution in all.filter(|execution| is_asked(&execution.name)) {
            let name = &execution.name;
            if pins.modules.get(&execution.module)?.heavy && !by_name.contains(name) {
                eprintln!(
                    "note: {name}: left out, it is heavy to compile; it runs with --only {name}"
                );
                continue;
            }
            if !pins.is_at_hand(execution)? {
                eprintln!(
                    "note: {name}: left out, its module is in a git repository; give a folder that holds it with --from"
                );
                continue;
            }
            match pins.open(execution) {
                Ok(subject) => found.push(subject),
                Err(error) => eprintln!("note: {name}: left out: {error:#}"),
            }
        }
        Ok(found)
    }

    /// That of a name. The module of an execution is in the cache.
    pub fn named(name: &str) -> Result<Subject> {
        if let Some(program) = programs::all().iter().find(|p| p.name == name) {
            return Ok(Subject::Program(program));
        }
        let pins = Pins::read(None)?;
        pins.open(pins.executions.get(name)?)
    }

    pub fn name(&self) -> &str {
        match self {
            Subject::Program(program) => program.name,
            Subject::Execution(wild) => wild.runnable.name(),
        }
    }

    /// The name of its module.
    pub fn module(&self) -> &str {
        match self {
            Subject::Program(program) => program.name,
            Subject::Execution(wild) => &wild.module.name,
        }
    }

    /// Whether it is an execution.
    pub fn is_execution(&self) -> bool {
        matches!(self, Subject::Execution(..))
    }

    pub fn tier(&self) -> Tier {
        match self {
            Subject::Program(_) => Tier::Program,
            Subject::Execution(wild) => wild.module.tier(),
        }
    }

    /// The module in binary.
    pub fn wasm(&self) -> Result<Vec<u8>> {
        match self {
            Subject::Program(program) => Ok(wat::parse_str(program.wat)?),
            Subject::Execution(wild) => Ok(wild.runnable.wasm().to_owned()),
        }
    }

    /// How it is compiled here.
    pub fn options(&self, collector: Collector) -> Result<CompileOptions> {
        let isa = Isa::host().context("Cranelift does not compile for this machine")?;
        let opt_level = match self {
            Subject::Program(_) => None,
            Subject::Execution(wild) => wild.module.setting(collector).map(|s| s.opt_level),
        };
        Ok(CompileOptions {
            opt_level,
            ..options(isa, collector)
        })
    }

    /// How often it is run after the first time. Of each collection the shortest
    /// counts. Executions take up to some seconds.
    pub fn runs(&self) -> u32 {
        if self.is_execution() { 1 } else { 2 }
    }

    /// Runs it. Anything but its known result is an error.
    pub fn run(&self, engine: &Engine, code: &Module) -> Result<()> {
        match self {
            Subject::Program(program) => {
                collect_at_checkpoints(engine, program, code, MOST_COLLECTIONS)?;
            }
            Subject::Execution(wild) => {
                wild.runnable.run(code)?;
            }
        }
        Ok(())
    }
}
