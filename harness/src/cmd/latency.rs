//! `latency`: times the schemes, raw samples only.

use crate::args::Selection;
use crate::machine::provenance::ProvenanceRecorder;
use crate::outcome::Outcome;
use crate::timing::{self, TimingFlags};
use crate::{modules, results_folder, scheme};
use anyhow::Result;
use stackmap_reports::results::{Row, SampleRow};
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
    let mut provenance = ProvenanceRecorder::begin(args.selection.seed);
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    provenance.modules(&loaded.modules);
    let plan = args.timing.plan(&dir, &args.selection);
    timing::measure(&loaded.modules, &schemes, &plan, &dir)?;
    provenance.finish(&dir)?;
    println!("{}", dir.join(SampleRow::FILE).display());
    Ok(loaded.outcome())
}
