//! `soak`: collects garbage by each scheme's lookups, in running code.

use crate::args::Format;
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
    let rows = soak::run_all(&names, args.workload)?;
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
