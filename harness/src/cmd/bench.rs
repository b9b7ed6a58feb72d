//! `bench`: verify, size and time everything, then write the report.

use crate::args::{RulesFlag, Selection};
use crate::call::Call;
use crate::machine::provenance::ProvenanceRecorder;
use crate::outcome::Outcome;
use crate::output::report::Report;
use crate::output::{note, progress};
use crate::run_folder::{self, ResumeOrForce, RunFolder};
use crate::scheme::{self, Scheme};
use crate::timing::{self, TimingFlags};
use crate::{deterministic, modules, size, walks};
use anyhow::{Context, Result};
use stackmap_corpus::{Collector, Module, Tier, Turn};
use stackmap_reports::results::SizeRow;
use stackmap_reports::stats;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,

    /// Folder for the results [default: results/ and the time]
    #[arg(short, long)]
    out: Option<PathBuf>,

    #[command(flatten)]
    earlier: ResumeOrForce,

    #[command(flatten)]
    timing: TimingFlags,

    #[command(flatten)]
    rules: RulesFlag,
}

pub fn run(args: &Args, call: &Call) -> Result<Outcome> {
    let seed = args.selection.seed();
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let out = || args.out.clone().unwrap_or_else(run_folder::new_folder);
    let (dir, onto) = args.earlier.place(out);
    let mut folder = RunFolder::claim(&dir, call, onto)?;
    let mut provenance = ProvenanceRecorder::begin(seed);
    // Most of this keeps all processors busy, and the writers are timed.
    let turn = Turn::take()?;
    let loaded = modules::load(&args.selection)?;
    let outcome = loaded.outcome();
    provenance.modules(&loaded.modules);

    folder.begin()?;
    let mut sizes = size::measure_all(&loaded.modules, &schemes, seed)?;
    add_writer_costs(&mut sizes, &loaded.modules, &schemes)?;
    let walks = walks::record_all(&loaded.modules, &args.selection);
    deterministic::write(&dir, &loaded.modules, &schemes, &sizes, &walks, seed)?;
    drop(turn);

    let mut timed: Vec<_> = loaded.modules.into_iter().zip(walks).collect();
    timed.retain(|(module, _)| {
        timing::is_for_this_machine(module)
            && (args.timing.thorough || is_timed(module, &args.selection))
    });
    if timed.iter().any(|(module, _)| module.table.maps() > 0) {
        let plan = args.timing.plan(&dir, &args.selection);
        provenance.code(timing::code_hashes(&schemes)?);
        timing::measure(&timed, &schemes, &plan, &dir)?;
        let _turn = Turn::take()?;
        stats::summarize_folder(&dir).context("the statistics of the timings")?;
    } else {
        note!("note: nothing was timed, as no module that `bench` times has stack maps");
    }
    provenance.finish(&dir)?;

    let report = Report::write(&dir, &args.rules.rules())?;
    folder.finish()?;
    report.print()?;
    Ok(outcome)
}

/// Timed without `--thorough`: the wild modules with Wasmtime's default
/// collector, the programs with that which they are compiled for, and whatever was
/// named on the command line.
fn is_timed(module: &Module, selection: &Selection) -> bool {
    match module.tier {
        Tier::Wild => module.collector == Collector::Copying,
        Tier::Program => module.collector == selection.compile.collector_of_corpus(),
        Tier::Yours => true,
        Tier::Synthetic | Tier::Smith => false,
    }
}

/// Times the writers, one after another, once nothing parallel is alive.
fn add_writer_costs(sizes: &mut [SizeRow], modules: &[Module], schemes: &[Scheme]) -> Result<()> {
    let bar = progress::bar("time the writers", modules.len());
    for (rows, module) in sizes.chunks_mut(schemes.len()).zip(modules) {
        for (row, scheme) in rows.iter_mut().zip(schemes) {
            if let Some(cost) = timing::writer_cost(module, scheme)? {
                row.encode_ns_per_safepoint = Some(cost.encode);
                row.check_ns_per_safepoint = Some(cost.check);
                row.encode_peak_bytes = Some(cost.peak as u64);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}
