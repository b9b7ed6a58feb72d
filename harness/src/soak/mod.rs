//! Runs generated functions with a moving collector that knows of the
//! references on the stack only what a scheme's lookups say.

mod child;
mod heap;
mod mutator;
mod parent;
mod workload;

pub use child::run_child;
pub use parent::{judge, names, run_all};
pub use workload::{CHILD_COMMAND, SoakProgram, SoakRow, Workload};
