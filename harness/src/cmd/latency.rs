//! `latency`: times the schemes, raw samples only.

use crate::args::Selection;
use crate::machine::provenance::Provenance;
use crate::outcome::Outcome;
use crate::timing::{self, TimingFlags};
use crate::{modules, results_folder, scheme};
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,

    /// Folder for the results
    #[arg(short, long, default_value = "results/latency")]
    out: PathBuf,

    #[command(flatten)]
    timing: TimingFlags,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = results_folder::create(args.timing.resume.as_ref().unwrap_or(&args.out))?;
    let mut provenance = Provenance::begin(args.selection.seed);
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    provenance.modules(&loaded.modules);
    let plan = args.timing.plan(&dir, &args.selection);
    timing::measure(&loaded.modules, &schemes, &plan, &dir)?;
    provenance.finish(&dir)?;
    println!("{}", dir.join(timing::SAMPLES).display());
    Ok(loaded.outcome())
}
