//! `rank`: the schemes by lookup time, in one run or in several side by side.

use crate::outcome::Outcome;
use crate::output::{self, note};
use crate::run_folder;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Results folders of the same code; exit code 3 if a scheme is faster
    /// than `exact` in one and slower in another [default: the newest run]
    runs: Vec<PathBuf>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut runs = Vec::new();
    let newest = match args.runs.is_empty() {
        true => vec![run_folder::or_newest(None)?],
        false => Vec::new(),
    };
    for dir in args.runs.iter().chain(&newest) {
        runs.push((dir.display().to_string(), stackmap_reports::load(dir)?));
    }
    let (text, flips) = stackmap_reports::rank(&runs);
    output::print_text(&text)?;
    for flip in &flips {
        note!("worse: faster in one run, slower in another: {flip}");
    }
    Ok(match flips.is_empty() {
        true => Outcome::Complete,
        false => Outcome::Worse,
    })
}
