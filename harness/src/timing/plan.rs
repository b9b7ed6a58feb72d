//! How to time: from the flags to a plan.

use crate::args::Selection;
use clap::builder::RangedU64ValueParser;
use stackmap_corpus::named_enum;
use std::path::Path;
use std::time::Duration;

/// Processes of a run, and of a quick one.
const PROCESSES: usize = 30;
const QUICK_PROCESSES: usize = 5;
/// Nobody has the time for more.
const MOST_PROCESSES: u64 = 100_000;
/// Time allowed for all processes together; calibration comes on top.
const BUDGET: Duration = Duration::from_secs(300);
const QUICK_BUDGET: Duration = Duration::from_secs(30);

/// Flags of the subcommands that time.
#[derive(clap::Args)]
pub struct TimingFlags {
    /// Child processes that time [default: 30, or 5 with --quick]
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_PROCESSES))]
    processes: Option<usize>,

    /// Every module in every combination of queries, caches and loops; takes
    /// hours
    #[arg(long, conflicts_with = "quick")]
    pub thorough: bool,
}

named_enum! {
    /// How long a run may take.
    pub enum Effort ("effort") {
        /// A look at the headline scenarios.
        Quick = "quick",
        /// The headline scenarios well, the others once.
        Standard = "standard",
        /// Every scenario.
        Thorough = "thorough",
    }
}

/// How to time.
#[derive(Clone, Debug)]
pub struct TimingPlan {
    /// Name of the run, in every row.
    pub run: String,
    pub seed: u64,
    pub effort: Effort,
    /// Child processes.
    pub processes: usize,
}

impl TimingFlags {
    /// The plan of a run whose results go to `dir`.
    pub fn plan(&self, dir: &Path, selection: &Selection) -> TimingPlan {
        let effort = match (selection.quick, self.thorough) {
            (true, _) => Effort::Quick,
            (_, true) => Effort::Thorough,
            _ => Effort::Standard,
        };
        let usual = match effort {
            Effort::Quick => QUICK_PROCESSES,
            Effort::Standard | Effort::Thorough => PROCESSES,
        };
        let name = dir.file_name();
        TimingPlan {
            run: name.map_or("run".into(), |n| n.to_string_lossy().into_owned()),
            seed: selection.seed,
            effort,
            processes: self.processes.unwrap_or(usual),
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
