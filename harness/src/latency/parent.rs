//! The parent: prepares, starts one child process after another, and gathers
//! their rows.

use super::block::Bench;
use super::calibrate::{Calibrated, allot, calibrate};
use super::machine::{Caches, Evictor};
use super::prepare::{Prepared, prepare};
use super::scenario::{Chain, scenarios};
use super::work::{Group, Inputs, ModulePlan, SampleRow, Work};
use super::{Plan, budget, child, controls, groups, seed_of};
use crate::scheme::Scheme;
use crate::system::Ticks;
use crate::verify::WrongResult;
use crate::walks::{self, Walks};
use crate::{WRONG_ANSWER, progress, results};
use anyhow::{Context, Result, bail, ensure};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use stackmap_corpus::Module;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Most bytes of environment that a child process is padded with.
const PADDING: usize = 8192;
/// Raw timings of lookups that can overlap, and of those that cannot.
const SAMPLES: &str = "samples.csv";
const DEPENDENT: &str = "samples-dependent.csv";
/// What else happened on the machine while the clock ran.
pub const TIMING_USAGE: &str = "timing-usage.json";

/// A module and what was prepared for it.
type Ready<'m> = (&'m Module, Prepared);

/// Times `schemes` and the controls on every module that has maps, and writes
/// `samples.csv` into `dir`. Child processes work in `dir/timing`; with
/// `plan.resume` their finished rows are kept.
pub fn measure(modules: &[Module], schemes: &[Scheme], plan: &Plan, dir: &Path) -> Result<()> {
    let mut schemes = schemes.to_vec();
    schemes.extend(controls::all());
    let work = Work(dir.join("timing"));
    if !plan.resume && work.0.exists() {
        fs::remove_dir_all(&work.0)
            .with_context(|| format!("{}: cannot be emptied", work.0.display()))?;
    }
    fs::create_dir_all(work.0.join("rows"))
        .with_context(|| format!("{}: cannot be made", work.0.display()))?;

    // Samples of an earlier run must not pass for those of this one.
    for name in [SAMPLES, DEPENDENT] {
        let path = dir.join(name);
        if path.exists() {
            fs::remove_file(&path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
    }
    let ready = prepare_all(modules, &schemes, plan, &work, dir)?;
    let mut all = standing(&ready, &schemes, plan, &work)?;
    if let Some(group) = new_group(&ready, &schemes, plan, &work, &all)? {
        all.push(group);
    }
    for group in &all {
        groups::write(&work, group)?;
    }
    let left = |p| {
        all.iter()
            .map(|g| groups::unfinished(&work, g, p).len())
            .sum::<usize>()
    };
    let bar = progress::bar("time", (0..plan.processes).map(left).sum());
    let before = Ticks::now();
    for process in 0..plan.processes {
        for group in &all {
            if !groups::unfinished(&work, group, process).is_empty() {
                spawn(&work, group, process, &bar)?;
            }
        }
    }
    bar.finish_and_clear();
    if let Some(usage) = before.zip(Ticks::now()).and_then(|(a, b)| a.until(b)) {
        results::write(dir, TIMING_USAGE, &serde_json::to_vec_pretty(&usage)?)?;
    }
    gather(&work, &all, plan.processes, dir)?;
    // Only rows are worth their space: inputs can be made again.
    for (_, prepared) in &ready {
        let inputs = work.inputs(&prepared.key);
        fs::remove_dir_all(&inputs)
            .with_context(|| format!("{}: cannot be removed", inputs.display()))?;
    }
    Ok(())
}

/// Records walks, then encodes, verifies and writes everything in parallel.
fn prepare_all<'m>(
    modules: &'m [Module],
    schemes: &[Scheme],
    plan: &Plan,
    work: &Work,
    dir: &Path,
) -> Result<Vec<Ready<'m>>> {
    // One after another: Wasmtime compiles in parallel by itself, and would
    // wait for ever for threads that wait for it.
    let bar = progress::bar("record walks", modules.len());
    let recorded: Vec<Option<Walks>> = modules
        .iter()
        .map(|module| {
            bar.inc(1);
            walks::record(module).unwrap_or_else(|error| {
                bar.suspend(|| eprintln!("warning: {error:#}; its queries are uniform instead"));
                None
            })
        })
        .collect();
    bar.finish_and_clear();
    walks::write_summary(modules, &recorded, dir)?;

    let bar = progress::bar("prepare timing", modules.len());
    let prepared = modules.par_iter().zip(&recorded).map(|(module, walks)| {
        let stacks = walks.as_ref().map_or(&[][..], |w| &w.stacks);
        let prepared = prepare(module, schemes, stacks, plan, &work.0)?;
        bar.inc(1);
        Ok(prepared.map(|prepared| (module, prepared)))
    });
    let prepared: Vec<Option<Ready>> = prepared.collect::<Result<_>>()?;
    bar.finish_and_clear();
    let ready: Vec<Ready> = prepared.into_iter().flatten().collect();
    ensure!(
        !ready.is_empty(),
        "no module has stack maps; there is nothing to time"
    );
    Ok(ready)
}

fn standing(ready: &[Ready], schemes: &[Scheme], plan: &Plan, work: &Work) -> Result<Vec<Group>> {
    let modules: Vec<String> = ready.iter().map(|(_, p)| p.key.clone()).collect();
    groups::standing(work, plan, &groups::keys(schemes), &modules)
}

/// Plans what no standing group covers, which is everything in a new run.
fn new_group(
    ready: &[Ready],
    schemes: &[Scheme],
    plan: &Plan,
    work: &Work,
    standing: &[Group],
) -> Result<Option<Group>> {
    let mut bench = Bench::new(Evictor::new(Caches::read()));
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(plan.seed, "calibrate"));
    let (mut modules, mut cells) = (Vec::new(), Vec::new());
    let bar = progress::bar("calibrate", ready.len());
    for (module, prepared) in ready {
        bar.inc(1);
        let missing = groups::missing(standing, &prepared.key, &prepared.schemes);
        if missing.is_empty() {
            continue;
        }
        let inputs = Inputs::read(&work.inputs(&prepared.key), &missing)?;
        let chosen = child::named(&missing)?;
        let headline = prepared.headline();
        for scenario in scenarios(plan.effort, headline) {
            if prepared.queries.contains(&scenario.queries) {
                let cell = calibrate(scenario, headline, &chosen, &inputs, &mut bench, &mut rng)?;
                cells.push((modules.len(), cell));
            }
        }
        modules.push(ModulePlan {
            key: prepared.key.clone(),
            module: module.name.clone(),
            isa: module.isa.clone(),
            collector: module.collector.clone(),
            tier: module.tier,
            schemes: missing.into_iter().map(str::to_owned).collect(),
            cells: Vec::new(),
        });
    }
    bar.finish_and_clear();
    if modules.is_empty() {
        return Ok(None);
    }
    let (owners, mut cells): (Vec<usize>, Vec<Calibrated>) = cells.into_iter().unzip();
    let takes = allot(&mut cells, plan.processes, budget(plan.effort));
    eprintln!(
        "timing: {} processes, about {}",
        plan.processes,
        minutes(takes)
    );
    for (owner, calibrated) in owners.into_iter().zip(cells) {
        modules[owner].cells.push(calibrated.cell);
    }
    Ok(Some(Group {
        run: plan.run.clone(),
        seed: plan.seed,
        number: standing.len(),
        options: groups::options(plan),
        schemes: groups::keys(schemes),
        modules,
    }))
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{} min {} s", seconds / 60, seconds % 60)
}

/// Runs one child process to its end.
fn spawn(work: &Work, group: &Group, process: usize, bar: &indicatif::ProgressBar) -> Result<()> {
    let name = format!("environment {}/{process}", group.number);
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(group.seed, &name));
    let padding = "x".repeat(rng.random_range(0..PADDING));
    let binary = std::env::current_exe().context("cannot find my own binary")?;
    let mut child = Command::new(binary)
        .arg("__time")
        .arg("--work")
        .arg(&work.0)
        .args([
            "--group",
            &group.number.to_string(),
            "--process",
            &process.to_string(),
        ])
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

/// Puts the standing rows of all processes into `samples.csv`, and those where
/// each lookup waits for the one before into a file of the same columns.
fn gather(work: &Work, all: &[Group], processes: usize, dir: &Path) -> Result<()> {
    let mut independent = Output::create(dir, SAMPLES)?;
    let mut dependent = Output::create(dir, DEPENDENT)?;
    for process in 0..processes {
        for group in all {
            for module in &group.modules {
                let rows = work.rows(group.number, process, &module.key);
                let mut reader = csv::Reader::from_path(&rows)
                    .with_context(|| format!("{}: cannot be read", rows.display()))?;
                for row in reader.deserialize() {
                    let row: SampleRow = row.with_context(|| rows.display().to_string())?;
                    if module.schemes.contains(&row.scheme) {
                        match row.chain {
                            Chain::Independent => independent.rows.serialize(row)?,
                            Chain::Dependent => dependent.rows.serialize(row)?,
                        }
                    }
                }
            }
        }
    }
    independent.finish()?;
    dependent.finish()
}

/// A CSV file that gets its name when it is complete.
struct Output {
    rows: csv::Writer<BufWriter<File>>,
    partial: PathBuf,
    path: PathBuf,
}

impl Output {
    fn create(dir: &Path, name: &str) -> Result<Output> {
        let (path, partial) = (dir.join(name), dir.join(format!("{name}.partial")));
        let file = File::create(&partial)
            .with_context(|| format!("{}: cannot be written", partial.display()))?;
        let rows = csv::Writer::from_writer(BufWriter::new(file));
        Ok(Output {
            rows,
            partial,
            path,
        })
    }

    fn finish(mut self) -> Result<()> {
        self.rows
            .flush()
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .with_context(|| format!("{}: cannot be written", self.path.display()))
    }
}
