//! The parent: prepares, starts one child process after another, and gathers
//! their rows.

use super::calibrate::new_group;
use super::child::CHILD_COMMAND;
use super::folder::TimingFolder;
use super::group::TimingGroup;
use super::plan::TimingPlan;
use super::prepare::{PreparedModule, prepare};
use super::resume::{self, unfinished};
use super::timed_scheme::TimedScheme;
use super::{controls, registry, samples};
use crate::machine::usage::{Ticks, WHILE_TIMING};
use crate::outcome::{WRONG_ANSWER, WrongResult};
use crate::output::note;
use crate::output::progress;
use crate::random::rng_for;
use crate::scheme::Scheme;
use crate::walks::{self, Walks};
use anyhow::{Context, Result, bail, ensure};
use indicatif::ProgressBar;
use rand::RngExt;
use stackmap_corpus::{Module, child};
use stackmap_reports::results::write_file;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

/// Most bytes of environment that a child process is padded with.
const PADDING: usize = 8192;

/// Times `schemes` and the controls on every module that has maps, and writes
/// the samples into `dir`. Child processes work in a folder below; rows that
/// they finished there stand.
pub fn measure(
    modules: &[Module],
    schemes: &[Scheme],
    plan: &TimingPlan,
    dir: &Path,
) -> Result<()> {
    let names: Vec<&str> = schemes.iter().map(|s| s.name).collect();
    let mut schemes = registry::all_named(&names)?;
    schemes.extend(controls::all());
    let folder = TimingFolder::new(dir);
    folder.create()?;
    samples::clear(dir)?;
    let ready = prepare_all(modules, &schemes, plan, &folder, dir)?;
    let names: Vec<String> = ready.iter().map(|p| p.folder.clone()).collect();
    let mut groups = resume::standing(&folder, &resume::keys(&schemes), &names)?;
    groups.extend(new_group(&ready, &schemes, plan, &folder, &groups)?);
    for group in &groups {
        folder.write_group(group)?;
    }
    time_all(&folder, &groups, plan.processes, dir)?;
    samples::gather(&folder, &groups, plan.processes, dir)?;
    // Only rows are worth their space: inputs can be made again.
    for prepared in &ready {
        folder.inputs(&prepared.folder).remove()?;
    }
    Ok(())
}

/// Records walks, then encodes, verifies and writes everything in parallel.
fn prepare_all<'m>(
    modules: &'m [Module],
    schemes: &[TimedScheme],
    plan: &TimingPlan,
    folder: &TimingFolder,
    dir: &Path,
) -> Result<Vec<PreparedModule<'m>>> {
    // One after another: Wasmtime compiles in parallel by itself, and would
    // wait for ever for threads that wait for it.
    let bar = progress::bar("record walks", modules.len());
    let recorded: Vec<Option<Walks>> = modules
        .iter()
        .map(|module| {
            bar.inc(1);
            walks::record(module).unwrap_or_else(|error| {
                bar.suspend(|| note!("warning: {error:#}; its queries are uniform instead"));
                None
            })
        })
        .collect();
    bar.finish_and_clear();
    walks::write_summary(modules, &recorded, dir)?;

    let with_walks: Vec<_> = modules.iter().zip(&recorded).collect();
    let prepared = progress::each("prepare timing", &with_walks, |(module, walks)| {
        let stacks = walks.as_ref().map_or(&[][..], |w| &w.stacks);
        prepare(module, schemes, stacks, plan, folder)
    })?;
    let ready: Vec<PreparedModule> = prepared.into_iter().flatten().collect();
    ensure!(
        !ready.is_empty(),
        "no module has stack maps; there is nothing to time"
    );
    Ok(ready)
}

/// Runs every process over what it has not finished of each group.
fn time_all(
    folder: &TimingFolder,
    groups: &[TimingGroup],
    processes: usize,
    dir: &Path,
) -> Result<()> {
    let left = |process| {
        groups
            .iter()
            .map(move |g| unfinished(folder, g, process).len())
    };
    let bar = progress::bar("time", (0..processes).flat_map(left).sum());
    let before = Ticks::now();
    for process in 0..processes {
        for group in groups {
            if !unfinished(folder, group, process).is_empty() {
                spawn(folder, group, process, &bar)?;
            }
        }
    }
    bar.finish_and_clear();
    if let Some(usage) = before.zip(Ticks::now()).and_then(|(a, b)| a.until(b)) {
        write_file(&dir.join(WHILE_TIMING), &serde_json::to_vec_pretty(&usage)?)?;
    }
    Ok(())
}

/// Runs one child process to its end.
fn spawn(
    folder: &TimingFolder,
    group: &TimingGroup,
    process: usize,
    bar: &ProgressBar,
) -> Result<()> {
    let name = format!("environment {}/{process}", group.number);
    let mut rng = rng_for(group.seed, &name);
    let padding = "x".repeat(rng.random_range(0..PADDING));
    let mut child = child::command()
        .context("cannot find my own binary")?
        .args([CHILD_COMMAND, "--folder"])
        .arg(&folder.0)
        .args(["--group", &group.number.to_string()])
        .args(["--process", &process.to_string()])
        .env("STACKMAP_LAB_PADDING", padding)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a timing process")?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            line?;
            bar.inc(1);
        }
    }
    let status = child.wait()?;
    if status.code() == Some(i32::from(WRONG_ANSWER)) {
        let what = format!("timing process {process} saw a wrong answer, see above");
        return Err(WrongResult(what).into());
    }
    if !status.success() {
        bail!("timing process {process} ended with {status}; `--resume` keeps what is finished");
    }
    Ok(())
}
