//! What is run, and what came of it.

use crate::random::SEED;
use serde::{Deserialize, Serialize};
use stackmap_corpus::named_enum;

/// The subcommand that a child process runs.
pub const CHILD_COMMAND: &str = "__soak";

/// The smallest program that merging ranges without empty maps fails on.
pub const EXAMPLE: &str = include_str!("../../soak/stale-slot.clif");
/// Its file, for messages.
pub const EXAMPLE_FILE: &str = "harness/soak/stale-slot.clif";

/// How much to run.
#[derive(clap::Args, Clone, Copy)]
pub struct Workload {
    /// Collections in each program
    #[arg(long, default_value_t = 10_000)]
    pub collections: u64,

    /// Collect at every N-th safepoint
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,

    /// Synthetic functions
    #[arg(long, default_value_t = 240)]
    pub functions: usize,

    /// Seed of everything random
    #[arg(long, default_value_t = SEED)]
    pub seed: u64,
}

impl Workload {
    /// The flags that say the same to a child process.
    pub fn flags(&self) -> Vec<String> {
        [
            ("--collections", self.collections),
            ("--every", self.every),
            ("--functions", self.functions as u64),
            ("--seed", self.seed),
        ]
        .into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value.to_string()])
        .collect()
    }
}

named_enum! {
    /// What is run.
    pub enum SoakProgram ("program") {
        /// Functions of every synthetic family.
        Synthetic = "synthetic",
        /// [`EXAMPLE`].
        StaleSlot = "stale-slot",
    }
}

/// How a scheme fared.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SoakRow {
    pub scheme: String,
    pub program: SoakProgram,
    pub functions: usize,
    pub safepoints: u64,
    pub collections: u64,
    pub frames: u64,
    pub stack_roots: u64,
    pub deepest: u64,
    /// What went wrong first; none if the run came to what it comes to
    /// without collections.
    pub failure: Option<String>,
}
