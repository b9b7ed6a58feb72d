//! Times the schemes and leaves raw samples; what they mean is for others.
//!
//! ```text
//! prepare (parallel) ─▶ calibrate ─▶ child process 0, 1, 2, … one after another ─▶ samples.csv
//! ```
//!
//! The process is the unit of replication. Each gets a fresh seed, a random
//! amount of environment, and places every section anew for every block. In a
//! block all schemes answer the same queries, in random order and then in
//! reverse. Nothing is timed whose answers were not compared with the oracle.

mod arena;
mod calibrate;
mod child;
mod controls;
mod evictor;
mod expected;
mod folder;
mod group;
mod kernel;
mod measure;
mod plan;
mod prepare;
mod queries;
mod randomized_block;
mod registry;
mod resume;
mod samples;
mod scenario;
mod timed_scheme;
mod writer_cost;

pub use child::{CHILD_COMMAND, run_child};
pub use folder::FOLDER;
pub use kernel::VisitFn;
pub use measure::measure;
pub use plan::{Effort, TimingFlags, budget};
pub use queries::query_pool;
pub use registry::named;
pub use samples::DEPENDENT;
pub use writer_cost::writer_cost;
