//! `frontier`: which schemes nothing beats in everything.

use crate::outcome::Outcome;
use crate::output;
use crate::run_folder;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Results folder [default: the newest under results/]
    run: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = run_folder::or_newest(args.run.as_deref())?;
    let results = stackmap_reports::load(&dir)?;
    output::print_text(stackmap_reports::frontier_text(&results))?;
    Ok(Outcome::Complete)
}
