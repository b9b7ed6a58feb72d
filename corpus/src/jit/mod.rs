//! Runs generated functions on this machine, with a host that is called at
//! every safepoint and sees the frames on the stack.
//!
//! The host's part is safe: it reads and writes the [`World`] that functions
//! share, and slots of frames within the stack of the run. A frame lies below
//! its frame pointer by the size that its stack map gives, as in Wasmtime.

mod code;
mod frames;
mod host;
mod run;
mod stubs;
mod world;

use crate::clif;
use crate::error::CorpusError;
use crate::synthetic::callees::KINDS;
use code::Code;
use cranelift_codegen::ir;
use stackmap_encoders::Table;

pub use frames::{Frame, Frames};
pub use host::{Host, Safepoint};
pub use world::World;

/// Functions in executable memory.
pub struct Jit {
    code: Code,
    functions: Vec<usize>,
    callees: [u64; KINDS.len()],
}

impl Jit {
    /// Compiles functions that call what the synthetic corpus calls; fails
    /// where Cranelift rejects one, or where frames cannot be walked.
    pub fn new(functions: Vec<ir::Function>) -> Result<Jit, CorpusError> {
        let mut code = Code::new()?;
        let callees = code.add_callees(run::host_call())?;
        let ids: Vec<_> = functions
            .into_iter()
            .map(|function| code.add(function, &callees))
            .collect::<Result<_, _>>()?;
        code.finish()?;
        Ok(Jit {
            functions: ids.iter().map(|&id| code.address(id)).collect(),
            callees: std::array::from_fn(|i| code.address(callees[i]) as u64),
            code,
        })
    }

    /// Every safepoint; its PCs count from the same address as [`Frame::pc`].
    pub fn table(&self) -> &Table {
        self.code.table()
    }

    /// How many functions there are.
    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    /// Runs a function to its end. Its arguments are [`World::args`], its
    /// result is [`World::result`].
    ///
    /// # Panics
    ///
    /// If there is no such function.
    pub fn run(&self, function: usize, world: &mut World, host: &mut dyn Host) {
        world.callees = self.callees;
        let target = self.functions[function];
        run::enter(&self.code, &self.functions, target, world, host);
    }
}

/// The functions in the text of a `.clif` file; `origin` names it in errors.
pub fn parse_functions(origin: &str, text: &str) -> Result<Vec<ir::Function>, CorpusError> {
    Ok(clif::parse(origin, text)?.0)
}
