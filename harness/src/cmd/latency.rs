//! `latency`: times the schemes, raw samples only.

use crate::args::Selection;
use crate::call::Call;
use crate::machine::provenance::ProvenanceRecorder;
use crate::outcome::Outcome;
use crate::output::{note, say};
use crate::run_folder::{ResumeOrForce, RunFolder};
use crate::timing::{self, TimingFlags};
use crate::{modules, scheme, walks};
use anyhow::Result;
use stackmap_reports::plural;
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
    earlier: ResumeOrForce,

    #[command(flatten)]
    timing: TimingFlags,
}

pub fn run(args: &Args, call: &Call) -> Result<Outcome> {
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let (dir, onto) = args.earlier.place(|| args.out.clone());
    let mut folder = RunFolder::claim(&dir, call, onto)?;
    let mut provenance = ProvenanceRecorder::begin(args.selection.seed());
    let loaded = modules::load(&args.selection)?;
    provenance.modules(&loaded.modules);

    let outcome = loaded.outcome();
    folder.begin()?;
    let plan = args.timing.plan(&dir, &args.selection);
    provenance.code(timing::code_hashes(&schemes)?);
    let (timed, others): (Vec<_>, Vec<_>) = loaded
        .modules
        .into_iter()
        .partition(timing::is_for_this_machine);
    if !others.is_empty() {
        note!(
            "note: {} for other machines not timed",
            plural(others.len(), "module")
        );
    }
    let walks = walks::record_all(&timed, &args.selection);
    let timed: Vec<_> = timed.into_iter().zip(walks).collect();
    timing::measure(&timed, &schemes, &plan, &dir)?;
    provenance.finish(&dir)?;
    folder.finish()?;
    say!("{}", dir.join(SampleRow::FILE).display())?;
    Ok(outcome)
}
