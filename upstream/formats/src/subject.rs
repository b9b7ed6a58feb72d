//! What is run: programs of the corpus and wild executions.

use anyhow::{Context, Result};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, CompileOptions, Isa, Tier};
use stackmap_rehearsal::{Wild, collect_at_checkpoints, options};
use wasmtime::{Engine, Module};

/// Collections of a program that its checkpoints start; at later ones nothing
/// happens.
const MOST_COLLECTIONS: u64 = 500;

/// Something with collections.
pub enum Subject {
    Program(&'static Program),
    Execution(Box<Wild>),
}

impl From<Wild> for Subject {
    fn from(wild: Wild) -> Subject {
        Subject::Execution(Box::new(wild))
    }
}

impl Subject {
    pub fn programs() -> impl Iterator<Item = Subject> {
        programs::all().iter().map(Subject::Program)
    }

    /// That of a name. The module of an execution is in the cache.
    pub fn named(name: &str) -> Result<Subject> {
        if let Some(program) = programs::all().iter().find(|p| p.name == name) {
            return Ok(Subject::Program(program));
        }
        Ok(Wild::named(name)?.into())
    }

    pub fn name(&self) -> &str {
        match self {
            Subject::Program(program) => program.name,
            Subject::Execution(wild) => wild.name(),
        }
    }

    /// The name of its module.
    pub fn module(&self) -> &str {
        match self {
            Subject::Program(program) => program.name,
            Subject::Execution(wild) => &wild.module().name,
        }
    }

    /// Whether it is an execution.
    pub fn is_execution(&self) -> bool {
        matches!(self, Subject::Execution(..))
    }

    pub fn tier(&self) -> Tier {
        match self {
            Subject::Program(_) => Tier::Program,
            Subject::Execution(wild) => wild.module().tier(),
        }
    }

    /// The module in binary.
    pub fn wasm(&self) -> Result<Vec<u8>> {
        match self {
            Subject::Program(program) => Ok(wat::parse_str(program.wat)?),
            Subject::Execution(wild) => Ok(wild.wasm().to_owned()),
        }
    }

    /// How it is compiled here.
    pub fn options(&self, collector: Collector) -> Result<CompileOptions> {
        match self {
            Subject::Program(_) => {
                let isa = Isa::host().context("Cranelift does not compile for this machine")?;
                Ok(options(isa, collector))
            }
            Subject::Execution(wild) => wild.options(collector),
        }
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
                wild.run(code)?;
            }
        }
        Ok(())
    }
}
