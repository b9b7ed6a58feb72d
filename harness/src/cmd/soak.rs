//! `soak`: collects garbage by each scheme's lookups, in running code.

use crate::args::{Format, GIB, gib};
use crate::outcome::Outcome;
use crate::output::{self, thousands};
use crate::soak::{self, SoakProgram, SoakRow, Workload};
use anyhow::{Result, ensure};
use regex::Regex;

#[derive(clap::Args)]
pub struct Args {
    /// Only schemes whose name matches
    #[arg(short, long, value_name = "REGEX")]
    scheme: Option<Regex>,

    #[command(flatten)]
    workload: Workload,

    /// GiB that one process may use; several run at a time
    #[arg(long, value_name = "GIB", default_value_t = 2, value_parser = gib())]
    memory: u64,

    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut names = soak::names();
    if let Some(pattern) = &args.scheme {
        names.retain(|name| pattern.is_match(name));
    }
    ensure!(
        !names.is_empty(),
        "no scheme matches; see `stackmap-lab list schemes`"
    );
    let rows = soak::run_all(&names, args.workload, args.memory * GIB)?;
    print(args.format, &rows)?;
    soak::judge(&rows)?;
    Ok(Outcome::Complete)
}

fn print(format: Format, rows: &[SoakRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("scheme", |r| r.scheme.clone()),
            ("program", |r| match r.program {
                SoakProgram::Synthetic => format!("{} synthetic functions", r.functions),
                SoakProgram::StaleSlot => "stale-slot.clif".to_owned(),
            }),
            ("collections", |r| thousands(r.collections)),
            ("frames", |r| thousands(r.frames)),
            ("stack roots", |r| thousands(r.stack_roots)),
            ("outcome", |r| {
                r.failure.clone().unwrap_or_else(|| "passed".to_owned())
            }),
        ],
    )
}
