//! Gives every scheme and program a process of its own.

use super::workload::{CHILD_COMMAND, EXAMPLE, SoakProgram, SoakRow, Workload};
use crate::outcome::WrongResult;
use crate::output::progress;
use crate::scheme;
use anyhow::{Context, Result, bail, ensure};
use stackmap_reports::results::RANGES_NAIVE;
use std::process::Command;

/// All that can be soaked: the schemes, and ranges merged naively.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = scheme::all().iter().map(|s| s.name).collect();
    names.push(RANGES_NAIVE);
    names
}

/// Runs each of the named schemes in each program.
pub fn run_all(names: &[&str], workload: Workload) -> Result<Vec<SoakRow>> {
    let runs: Vec<(&str, SoakProgram)> = names
        .iter()
        .flat_map(|name| SoakProgram::ALL.iter().map(|program| (*name, *program)))
        .collect();
    progress::each("collect garbage", &runs, |(name, program)| {
        spawn(name, *program, workload)
    })
}

/// Every scheme has to pass, and what is known to be wrong to fail where that
/// is known: else the soak shows nothing.
pub fn judge(rows: &[SoakRow]) -> Result<()> {
    for row in rows {
        let naive = row.scheme == RANGES_NAIVE;
        if let Some(failure) = &row.failure
            && !naive
        {
            return Err(WrongResult(format!("{}: {failure}", row.scheme)).into());
        }
        let unnoticed = naive && row.program == SoakProgram::StaleSlot && row.failure.is_none();
        ensure!(
            !unnoticed,
            "{} came through {EXAMPLE}: the soak does not see what it is for; give it more --collections",
            RANGES_NAIVE
        );
    }
    Ok(())
}

fn spawn(name: &str, program: SoakProgram, workload: Workload) -> Result<SoakRow> {
    let output = Command::new(std::env::current_exe()?)
        .args([CHILD_COMMAND, name, program.name()])
        .args(workload.flags())
        .output()
        .context("cannot start a process")?;
    if output.status.code().is_some_and(|code| code != 0) {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{}", error.trim().trim_start_matches("error: "));
    }
    let row = serde_json::from_slice(&output.stdout);
    Ok(row.unwrap_or_else(|_| crashed(name, program, &output.status.to_string())))
}

fn crashed(name: &str, program: SoakProgram, status: &str) -> SoakRow {
    SoakRow {
        scheme: name.to_owned(),
        program,
        functions: 0,
        safepoints: 0,
        collections: 0,
        frames: 0,
        stack_roots: 0,
        deepest: 0,
        failure: Some(format!("crashed: {status}")),
    }
}
