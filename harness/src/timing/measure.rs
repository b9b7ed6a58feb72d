//! The parent: prepares and times one run after another, and gathers the rows.

use super::folder::TimingFolder;
use super::pace::Pace;
use super::plan::TimingPlan;
use super::prepare::{PreparedModule, prepare};
use super::run::Run;
use super::samples::SampleFiles;
use super::timed_scheme::TimedScheme;
use super::{controls, registry, samples};
use crate::machine::usage::{WHILE_TIMING, Watch};
use crate::output::note;
use crate::output::progress;
use crate::scheme::Scheme;
use crate::walks::Walks;
use anyhow::{Result, ensure};
use stackmap_corpus::{Module, Turn};
use stackmap_reports::results::{RunRow, write_file, write_rows};
use std::path::Path;

/// Times `schemes` and the controls on every module that has maps, and writes
/// the samples into `dir`. Child processes work in folders below; rows that
/// they finished there stand.
pub fn measure(
    modules: &[(Module, Option<Walks>)],
    schemes: &[Scheme],
    plan: &TimingPlan,
    dir: &Path,
) -> Result<()> {
    let names: Vec<&str> = schemes.iter().map(|s| s.name).collect();
    let mut schemes = registry::all_named(&names)?;
    schemes.extend(controls::all());
    samples::clear(dir)?;
    announce(plan);
    let with_stacks = modules.iter().map(|(module, walks)| {
        let stacks = walks.as_ref().map_or(&[][..], |w| &w.stacks);
        (module, stacks)
    });
    let with_stacks: Vec<_> = with_stacks.collect();
    let mut watch = Watch::default();
    let mut pace = Pace::new(plan.over, plan.runs * plan.processes);
    let mut rows: Vec<RunRow> = Vec::new();
    let mut files = SampleFiles::create(dir)?;
    for number in 1..=plan.runs {
        let mut run = Run::take(TimingFolder::new(dir, number), plan, number)?;
        let turn = Turn::take()?;
        let ready = prepare_all(&with_stacks, &schemes, plan, &run)?;
        run.plan(&ready, &schemes, plan.seconds)?;
        drop(turn);
        let bar = progress::bar(&format!("run {number}"), run.left(plan.processes));
        run.time(plan.processes, &mut pace, &mut watch, &bar)?;
        bar.finish_and_clear();
        files.gather(&run.folder, &run.groups, plan.processes)?;
        // Only rows are worth their space: inputs can be made again.
        for prepared in &ready {
            run.folder.inputs(&prepared.folder).remove()?;
        }
        rows.push(run.row);
    }
    files.finish()?;
    write_rows(dir, &rows)?;
    if let Some(usage) = watch.usage() {
        write_file(&dir.join(WHILE_TIMING), &serde_json::to_vec_pretty(&usage)?)?;
    }
    Ok(())
}

fn announce(plan: &TimingPlan) {
    const MINUTE: u64 = 60;
    let processes = plan.runs * plan.processes;
    let least = (plan.seconds * processes as u64).max(plan.over.as_secs());
    note!(
        "timing: runs: {}, processes of each: {}, at least {} min {} s",
        plan.runs,
        plan.processes,
        least / MINUTE,
        least % MINUTE
    );
}

/// Encodes, verifies and writes everything in parallel.
fn prepare_all<'m>(
    modules: &[(&'m Module, &[Vec<u32>])],
    schemes: &[TimedScheme],
    plan: &TimingPlan,
    run: &Run,
) -> Result<Vec<PreparedModule<'m>>> {
    let prepared = progress::each("prepare timing", modules, |(module, stacks)| {
        prepare(
            module,
            schemes,
            stacks,
            plan.effort,
            run.row.seed,
            &run.folder,
        )
    })?;
    let ready: Vec<PreparedModule> = prepared.into_iter().flatten().collect();
    ensure!(
        !ready.is_empty(),
        "no module has stack maps; there is nothing to time"
    );
    Ok(ready)
}
