//! Times the schemes and leaves raw samples; what they mean is for others.
//!
//! ```text
//! run 1, 2, …: prepare (parallel) ─▶ child process 0, 1, 2, … one after another ─▶ samples.csv
//! ```
//!
//! The run is the unit of replication. Each has a seed of its own, and so its
//! own queries. A run starts several processes; each gets fresh memory, a
//! random amount of environment, and places every section anew for every
//! block. In a block all schemes answer the same queries, in random order and
//! then in reverse. Nothing is timed whose answers were not compared with the
//! oracle.

mod arena;
mod asked;
mod child;
mod controls;
mod evictor;
mod expected;
mod folder;
mod group;
mod kernel;
mod mapping;
mod measure;
mod pace;
mod plan;
mod prepare;
mod queries;
mod randomized_block;
mod registry;
mod resume;
mod run;
mod samples;
mod scenario;
mod sizing;
mod timed_scheme;
mod writer_cost;

pub use child::{CHILD_COMMAND, run_child};
pub use folder::FOLDER;
pub use kernel::VisitFn;
pub use measure::measure;
pub use plan::{Effort, TimingFlags, Usual};
pub use queries::query_pool;
pub use registry::named;
pub use resume::code_hashes;
pub use samples::DEPENDENT;
pub use writer_cost::writer_cost;

use stackmap_corpus::{Isa, Module};

/// Whether a module is code for this machine: the time of reading another
/// machine's tables is nobody's.
pub fn is_for_this_machine(module: &Module) -> bool {
    Isa::host() == Some(module.isa)
}
