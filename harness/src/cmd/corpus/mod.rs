//! `corpus`: gets the wild modules, records their tables, runs them, tells
//! what their safepoints call, lists what there is.

mod empties;
mod fetch;
mod list;
mod named;
mod record;
mod record_run;
mod run;

use crate::outcome::Outcome;
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Get wild modules, prepare them and check every hash
    Fetch(fetch::Args),
    /// Compile wild modules and record their safepoint tables
    Record(record::Args),
    /// Run pinned executions and tell of their collections
    Run(run::Args),
    /// Record anew what passes between a module and its JavaScript
    RecordRun(record_run::Args),
    /// What safepoints without references cost, by what is called there
    Empties(empties::Args),
    /// List the recorded modules
    List(list::Args),
}

pub fn run(args: &Args) -> Result<Outcome> {
    match &args.command {
        Command::Fetch(args) => fetch::run(args),
        Command::Record(args) => record::run(args),
        Command::Run(args) => run::run(args),
        Command::RecordRun(args) => record_run::run(args),
        Command::Empties(args) => empties::run(args),
        Command::List(args) => list::run(args),
    }
}
