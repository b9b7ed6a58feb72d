//! `corpus`: gets the wild modules, records their tables, lists what there is.

mod fetch;
mod list;
mod record;

use crate::outcome::Outcome;
use anyhow::Result;
use stackmap_corpus::wild::{self, WildModule};

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
    /// List the recorded modules
    List(list::Args),
}

pub fn run(args: &Args) -> Result<Outcome> {
    match &args.command {
        Command::Fetch(args) => fetch::run(args),
        Command::Record(args) => record::run(args),
        Command::List(args) => list::run(args),
    }
}

/// The modules of these names; all if none is named.
fn named(names: &[String]) -> Result<Vec<WildModule>> {
    let manifest = wild::manifest()?;
    if names.is_empty() {
        return Ok(manifest.modules);
    }
    names.iter().map(|n| Ok(manifest.get(n)?.clone())).collect()
}
