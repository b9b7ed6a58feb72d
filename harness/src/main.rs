//! `stackmap-lab`: verifies, sizes and times encodings of GC stack maps.

mod anatomy;
mod args;
mod bench;
mod cells;
mod cmp;
mod corpus;
mod costs;
mod doctor;
mod frontier;
mod inspect;
mod latency;
mod list;
mod load;
mod merge;
mod output;
mod progress;
mod provenance;
mod publish;
mod rank;
mod recordings;
mod report;
mod results;
mod run;
mod safety;
mod scheme;
mod size;
mod soak;
mod system;
mod time;
mod verify;
mod verify_all;
mod walks;

use clap::{Parser, Subcommand};
use peak_alloc::PeakAlloc;
use stackmap_corpus::{CHILD_COMMAND, child_main};
use std::process::ExitCode;
use verify::{WrongAnswer, WrongResult};

/// Counts what is allocated, so that a writer's peak can be told.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[derive(Parser)]
#[command(version, about, max_term_width = 90)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the schemes or the modules
    List(list::Args),
    /// Verify, size and time everything, then write the report
    Bench(bench::Args),
    /// Everything that needs no clock, of all modules or a share of them
    Run(run::Args),
    /// Put shares of a run, and timings of one host, together
    Merge(merge::Args),
    /// Compare two runs; exit code 3 if the second is worse than allowed
    Cmp(cmp::Args),
    /// What each scheme answers when something upstream of it is wrong
    Safety(safety::Args),
    /// Collect garbage by each scheme's lookups, in running code
    Soak(soak::Args),
    /// Which schemes nothing beats in everything
    Frontier(frontier::Args),
    /// Make a run the published one
    Publish(publish::Args),
    /// Schemes by lookup time, in one run or several side by side
    Rank(rank::Args),
    /// The wild modules: get, record and list them
    Corpus(corpus::Args),
    /// Compare every scheme's answers with the oracle
    Verify(verify_all::Args),
    /// Bytes by part of every scheme on every module
    Size(size::Args),
    /// The facts about each module that explain the results
    Anatomy(anatomy::Args),
    /// What each scheme would make of your own modules
    Inspect(inspect::Args),
    /// Instructions, bytes read and cache lines touched by a lookup
    Costs(costs::Args),
    /// Time every scheme; leaves raw samples
    Latency(time::Args),
    /// What on this machine will blur the timings
    Doctor(doctor::Args),
    /// One process of `latency`
    #[command(name = "__time", hide = true)]
    Time(latency::ChildArgs),
    /// One process of `soak`
    #[command(name = "__soak", hide = true)]
    SoakChild(soak::ChildArgs),
    /// One process of `costs`
    #[command(name = "__step", hide = true)]
    Step(costs::ChildArgs),
}

/// How a subcommand ended when it did not fail outright.
pub enum Outcome {
    /// Everything asked for was done.
    Complete,
    /// Some modules could not be had; the others' results stand.
    Skipped {
        /// How many.
        modules: usize,
    },
    /// The run that was judged is worse than allowed.
    Worse,
}

impl Outcome {
    /// By the number of modules that could not be had.
    fn of(failures: usize) -> Outcome {
        match failures {
            0 => Outcome::Complete,
            modules => Outcome::Skipped { modules },
        }
    }
}

/// Exit codes besides clap's 2 for wrong usage.
const ERROR: u8 = 1;
const WORSE: u8 = 3;
const WRONG_ANSWER: u8 = 4;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(CHILD_COMMAND) {
        return ExitCode::from(child_main() as u8);
    }
    let result = match Cli::parse().command {
        Command::List(args) => list::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Cmp(args) => cmp::run(&args),
        Command::Safety(args) => safety::run(&args),
        Command::Frontier(args) => frontier::run(&args),
        Command::Publish(args) => publish::run(&args),
        Command::Rank(args) => rank::run(&args),
        Command::Corpus(args) => corpus::run(&args),
        Command::Verify(args) => verify_all::run(&args),
        Command::Size(args) => size::run(&args),
        Command::Anatomy(args) => anatomy::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Latency(args) => time::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Costs(args) => costs::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::SoakChild(args) => soak::run_child(&args),
        Command::Step(args) => costs::run_child(&args),
        Command::Time(args) => latency::run_child(&args),
    };
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Skipped { modules }) => {
            eprintln!("error: {modules} module(s) skipped, see above; the rest is complete");
            ExitCode::from(ERROR)
        }
        Ok(Outcome::Worse) => ExitCode::from(WORSE),
        Err(error) => {
            eprintln!("error: {error:#}");
            let wrong = error.is::<WrongAnswer>() || error.is::<WrongResult>();
            ExitCode::from(if wrong { WRONG_ANSWER } else { ERROR })
        }
    }
}
