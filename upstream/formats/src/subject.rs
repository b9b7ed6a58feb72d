//! What is run: programs of the corpus.

use anyhow::{Context, Result};
use stackmap_corpus::Tier;
use stackmap_corpus::programs::{self, Program};
use stackmap_rehearsal::collect_at_checkpoints;
use wasmtime::{Engine, Module};

/// Collections of a program that its checkpoints start; at later ones nothing
/// happens.
const MOST_COLLECTIONS: u64 = 500;

/// Something with collections.
#[derive(Clone, Copy)]
pub enum Subject {
    Program(&'static Program),
}

impl Subject {
    /// All of them.
    pub fn all() -> Vec<Subject> {
        programs::all().iter().map(Subject::Program).collect()
    }

    /// That of a name.
    pub fn named(name: &str) -> Result<Subject> {
        let found = Subject::all().into_iter().find(|s| s.name() == name);
        found.with_context(|| format!("nothing to run is called {name}"))
    }

    pub fn name(self) -> &'static str {
        match self {
            Subject::Program(program) => program.name,
        }
    }

    pub fn tier(self) -> Tier {
        match self {
            Subject::Program(_) => Tier::Program,
        }
    }

    /// The module in binary.
    pub fn wasm(self) -> Result<Vec<u8>> {
        match self {
            Subject::Program(program) => Ok(wat::parse_str(program.wat)?),
        }
    }

    /// Runs it. Anything but its known result is an error.
    pub fn run(self, engine: &Engine, code: &Module) -> Result<()> {
        match self {
            Subject::Program(program) => {
                collect_at_checkpoints(engine, program, code, MOST_COLLECTIONS)?;
            }
        }
        Ok(())
    }
}
