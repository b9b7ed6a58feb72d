//! How to time: from the flags to a plan.

use crate::args::Selection;
use clap::builder::RangedU64ValueParser;
use rand::RngExt;
use stackmap_corpus::named_enum;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs of a measurement, and of a quick one. Below four an interval says
/// little.
const RUNS: usize = 4;
const QUICK_RUNS: usize = 3;
/// Processes of a run.
const PROCESSES: usize = 5;
const QUICK_PROCESSES: usize = 2;
/// Runs, or processes of a run, at most; nobody has the time for more.
const MOST_CHILDREN: u64 = 10_000;
/// Seconds that a process should take.
const SECONDS: u64 = 10;
const QUICK_SECONDS: u64 = 4;
/// Minutes that a measurement may be spread over at most: a day.
const MOST_MINUTES: u64 = 24 * 60;
/// Seconds in a minute.
const MINUTE: u64 = 60;

/// Flags of the subcommands that time.
#[derive(clap::Args)]
pub struct TimingFlags {
    /// Runs, each with its own seed [default: 4, or 3 with --quick]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_CHILDREN))]
    runs: Option<usize>,

    /// Child processes of a run, which time [default: 5, or 2 with --quick]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_CHILDREN))]
    processes: Option<usize>,

    /// Seconds of a process; it takes longer if that is too little to time
    /// everything once [default: 10, or 4 with --quick]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    seconds: Option<u64>,

    /// Minutes to spread the processes over, with pauses between them
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = RangedU64ValueParser::<u64>::new().range(..=MOST_MINUTES))]
    over: u64,

    /// Every module in every combination of queries, caches and loops; takes
    /// hours
    #[arg(long, conflicts_with = "quick")]
    pub thorough: bool,
}

named_enum! {
    /// How much is timed.
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
    /// What the runs are called, but for their number.
    pub name: String,
    /// Of everything random in the timings.
    pub seed: u64,
    pub effort: Effort,
    pub runs: usize,
    /// Child processes of each run.
    pub processes: usize,
    /// Seconds of each of them.
    pub seconds: u64,
    /// What to spread them over.
    pub over: Duration,
    /// The folder of recorded walks; none where there is no corpus.
    pub walks: Option<PathBuf>,
}

impl TimingFlags {
    /// The plan of a measurement whose results go to `dir`. Its seed is a fresh
    /// one unless one was given: whatever depends on a seed, two measurements
    /// should not have in common.
    pub fn plan(&self, dir: &Path, selection: &Selection) -> TimingPlan {
        let effort = match (selection.quick, self.thorough) {
            (true, _) => Effort::Quick,
            (_, true) => Effort::Thorough,
            _ => Effort::Standard,
        };
        let usual = Usual::of(effort);
        let name = dir.file_name();
        TimingPlan {
            name: name.map_or("run".into(), |n| n.to_string_lossy().into_owned()),
            seed: selection
                .given_seed()
                .unwrap_or_else(|| rand::rng().random()),
            effort,
            runs: self.runs.unwrap_or(usual.runs),
            processes: self.processes.unwrap_or(usual.processes),
            seconds: self.seconds.unwrap_or(usual.seconds),
            over: Duration::from_secs(MINUTE * self.over),
            walks: selection.walks(),
        }
    }
}

/// How much is timed unless flags say otherwise.
pub struct Usual {
    runs: usize,
    processes: usize,
    seconds: u64,
}

impl Usual {
    pub fn of(effort: Effort) -> Usual {
        match effort {
            Effort::Quick => Usual {
                runs: QUICK_RUNS,
                processes: QUICK_PROCESSES,
                seconds: QUICK_SECONDS,
            },
            Effort::Standard | Effort::Thorough => Usual {
                runs: RUNS,
                processes: PROCESSES,
                seconds: SECONDS,
            },
        }
    }

    /// Seconds that all of it takes at least.
    pub fn total(&self) -> u64 {
        self.seconds * (self.runs * self.processes) as u64
    }
}
