//! `stackmap-lab`: verifies, sizes and times encodings of GC stack maps.

mod args;
mod inspect;
mod list;
mod load;
mod output;
mod progress;
mod results;
mod scheme;
mod size;
mod verify;
mod verify_all;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use verify::WrongAnswer;

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
    /// Compare every scheme's answers with the oracle
    Verify(verify_all::Args),
    /// Bytes by part of every scheme on every module
    Size(size::Args),
    /// What each scheme would make of your own modules
    Inspect(inspect::Args),
}

/// How a subcommand ended when it did not fail outright.
pub enum Outcome {
    /// Everything asked for was done.
    Complete,
    /// Some modules could not be had; the others' results stand.
    Skipped { modules: usize },
}

/// Exit codes besides clap's 2 for wrong usage.
const ERROR: u8 = 1;
const WRONG_ANSWER: u8 = 4;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List(args) => list::run(&args),
        Command::Verify(args) => verify_all::run(&args),
        Command::Size(args) => size::run(&args),
        Command::Inspect(args) => inspect::run(&args),
    };
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Skipped { modules }) => {
            eprintln!("error: {modules} module(s) skipped, see above; the rest is complete");
            ExitCode::from(ERROR)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            let wrong = error.downcast_ref::<WrongAnswer>().is_some();
            ExitCode::from(if wrong { WRONG_ANSWER } else { ERROR })
        }
    }
}
