//! `__time`: one process of `latency`.

use crate::outcome::Outcome;
use crate::timing;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    group: usize,
    #[arg(long)]
    process: usize,
}

pub fn run(args: &Args) -> Result<Outcome> {
    timing::run_child(&args.folder, args.group, args.process)?;
    Ok(Outcome::Complete)
}
