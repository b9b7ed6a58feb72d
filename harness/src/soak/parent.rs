//! Gives every scheme and program a process of its own.

use super::workload::{CHILD_COMMAND, EXAMPLE_FILE, SoakProgram, SoakRow, Workload};
use crate::outcome::WrongResult;
use crate::output::progress;
use crate::scheme;
use anyhow::{Result, bail, ensure};
use stackmap_corpus::Limits;
use stackmap_corpus::child::{self, ChildError};
use stackmap_reports::results::RANGES_NAIVE;
use std::process::ExitStatus;
use std::time::Duration;

/// All that can be soaked: the schemes, and ranges merged naively.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = scheme::all().iter().map(|s| s.name).collect();
    names.push(RANGES_NAIVE);
    names
}

/// Runs each of the named schemes in each program; `memory` is what one process
/// may use, in bytes.
pub fn run_all(names: &[&str], workload: Workload, memory: u64) -> Result<Vec<SoakRow>> {
    let limits = Limits {
        memory,
        time: Duration::MAX,
    };
    let runs: Vec<(&str, SoakProgram)> = names
        .iter()
        .flat_map(|name| SoakProgram::ALL.iter().map(|program| (*name, *program)))
        .collect();
    progress::each("collect garbage", &runs, |(name, program)| {
        run(name, *program, workload, &limits)
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
            "{} came through {EXAMPLE_FILE}: the soak does not see what it is for; give it more --collections",
            RANGES_NAIVE
        );
    }
    Ok(())
}

fn run(name: &str, program: SoakProgram, workload: Workload, limits: &Limits) -> Result<SoakRow> {
    let mut command = child::command()?;
    command
        .args([CHILD_COMMAND, name, program.name()])
        .args(workload.flags());
    match child::run(command, &[], limits) {
        Ok(output) => Ok(serde_json::from_slice(&output.stdout)?),
        Err(ChildError::Failed { status, .. }) if status.code().is_none() => {
            Ok(crashed(name, program, status))
        }
        Err(ChildError::Failed { last_line, .. }) => {
            bail!("{}", last_line.trim_start_matches("error: "))
        }
        Err(error @ ChildError::Memory(_)) => {
            bail!("{name}: the soak {error}; raise --memory, or lower --collections or --every")
        }
        Err(error) => bail!("{name}: the soak {error}; free memory, or lower --collections"),
    }
}

fn crashed(name: &str, program: SoakProgram, status: ExitStatus) -> SoakRow {
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
