//! One run of a measurement: its own seed, queries and processes.

use super::child::CHILD_COMMAND;
use super::folder::TimingFolder;
use super::group::{ModulePlan, TimingGroup};
use super::pace::Pace;
use super::plan::TimingPlan;
use super::prepare::PreparedModule;
use super::resume::{self, unfinished};
use super::timed_scheme::TimedScheme;
use crate::machine::system;
use crate::machine::usage::Watch;
use crate::outcome::{WRONG_ANSWER, WrongResult};
use crate::random::rng_for;
use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use rand::{Rng, RngExt};
use stackmap_corpus::{Turn, child};
use stackmap_reports::results::RunRow;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::SystemTime;

/// Most bytes of environment that a child process is padded with.
const PADDING: usize = 8192;

/// A run that goes on or is finished.
pub struct Run {
    pub folder: TimingFolder,
    pub row: RunRow,
    pub groups: Vec<TimingGroup>,
}

impl Run {
    /// The run of this number: as it stands in its folder, or a new one.
    pub fn take(folder: TimingFolder, plan: &TimingPlan, number: usize) -> Result<Run> {
        folder.create()?;
        let row = match folder.read_run()? {
            Some(row) => row,
            None => RunRow {
                run: format!("{}-{number}", plan.name),
                seed: rng_for(plan.seed, &format!("run {number}")).next_u64(),
                machine: system::cpu_model().unwrap_or_else(|| "unknown".into()),
                began: now(),
                ended: String::new(),
            },
        };
        folder.write_run(&row)?;
        Ok(Run {
            folder,
            row,
            groups: Vec::new(),
        })
    }

    /// Plans what no standing group covers, which is everything in a new run.
    pub fn plan(
        &mut self,
        ready: &[PreparedModule],
        schemes: &[TimedScheme],
        seconds: u64,
    ) -> Result<()> {
        let keys = resume::keys(schemes);
        let folders: Vec<String> = ready.iter().map(|p| p.folder.clone()).collect();
        self.groups = resume::standing(&self.folder, &keys, &folders)?;
        let modules = ready.iter().filter_map(|prepared| {
            let missing = resume::missing(&self.groups, &prepared.folder, &prepared.schemes);
            (!missing.is_empty()).then(|| ModulePlan {
                folder: prepared.folder.clone(),
                key: prepared.module.key(),
                tier: prepared.module.tier,
                schemes: missing.into_iter().map(str::to_owned).collect(),
                scenarios: prepared.scenarios.clone(),
            })
        });
        let modules: Vec<ModulePlan> = modules.collect();
        if !modules.is_empty() {
            self.groups.push(TimingGroup {
                run: self.row.run.clone(),
                seed: self.row.seed,
                number: self.groups.len(),
                seconds,
                schemes: keys,
                modules,
            });
        }
        self.groups
            .iter()
            .try_for_each(|group| self.folder.write_group(group))
    }

    /// Modules that processes have still to time.
    pub fn left(&self, processes: usize) -> usize {
        let of_process = |process| {
            let groups = self.groups.iter();
            groups.map(move |group| unfinished(&self.folder, group, process).len())
        };
        (0..processes).flat_map(of_process).sum()
    }

    /// Runs every process over what it has not finished of each group.
    pub fn time(
        &mut self,
        processes: usize,
        pace: &mut Pace,
        watch: &mut Watch,
        bar: &ProgressBar,
    ) -> Result<()> {
        for process in 0..processes {
            pace.wait();
            for group in &self.groups {
                if !unfinished(&self.folder, group, process).is_empty() {
                    let _turn = Turn::take()?;
                    watch.during(|| self.spawn(group, process, bar))?;
                }
            }
        }
        if self.row.ended.is_empty() {
            self.row.ended = now();
            self.folder.write_run(&self.row)?;
        }
        Ok(())
    }

    /// Runs one child process to its end.
    fn spawn(&self, group: &TimingGroup, process: usize, bar: &ProgressBar) -> Result<()> {
        let name = format!("environment {}/{process}", group.number);
        let mut rng = rng_for(group.seed, &name);
        let padding = "x".repeat(rng.random_range(0..PADDING));
        let mut child = child::command()
            .context("cannot find my own binary")?
            .args([CHILD_COMMAND, "--folder"])
            .arg(&self.folder.0)
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
            bail!(
                "timing process {process} ended with {status}; `--resume` keeps what is finished"
            );
        }
        Ok(())
    }
}

fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
