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
mod block;
mod calibrate;
mod child;
mod controls;
mod counted;
mod encode;
mod groups;
mod kernel;
pub mod machine;
mod parent;
mod prepare;
mod queries;
mod scenario;
mod work;

pub use child::{Args as ChildArgs, run as run_child};
pub use counted::{Counted, counted_queries};
pub use encode::encode_cost;
pub use kernel::Timer;
pub use parent::{TIMING_USAGE, measure};
pub use prepare::{hex, table_hash};
pub use scenario::{Effort, Queries};

use sha2::{Digest, Sha256};
use std::time::Duration;

/// Processes of a run, and of a quick one.
const PROCESSES: usize = 30;
const QUICK_PROCESSES: usize = 5;
/// Time allowed for all processes together; calibration comes on top.
const BUDGET: Duration = Duration::from_secs(300);
const QUICK_BUDGET: Duration = Duration::from_secs(30);

/// How to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the run, in every row.
    pub run: String,
    pub seed: u64,
    pub effort: Effort,
    /// Child processes.
    pub processes: usize,
    /// Keep what an interrupted run in the same folder has finished.
    pub resume: bool,
}

impl Plan {
    /// The usual number of processes for `effort`, and a new start.
    pub fn new(run: String, seed: u64, effort: Effort) -> Plan {
        let processes = match effort {
            Effort::Quick => QUICK_PROCESSES,
            Effort::Standard | Effort::Thorough => PROCESSES,
        };
        Plan {
            run,
            seed,
            effort,
            processes,
            resume: false,
        }
    }
}

/// Time that the child processes may take together, if there is a limit.
pub fn budget(effort: Effort) -> Option<Duration> {
    match effort {
        Effort::Quick => Some(QUICK_BUDGET),
        Effort::Standard => Some(BUDGET),
        Effort::Thorough => None,
    }
}

/// A seed for one purpose.
fn seed_of(seed: u64, purpose: &str) -> u64 {
    let hash = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(purpose)
        .finalize();
    hash.first_chunk()
        .map_or(seed, |bytes| u64::from_le_bytes(*bytes))
}
