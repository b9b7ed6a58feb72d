//! `costs`: instructions, bytes read and cache lines touched by a lookup.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::{costs, modules, output, scheme};
use anyhow::Result;
use stackmap_reports::results::CostRow;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    let rows = costs::measure_all(&loaded.modules, &schemes, args.selection.seed())?;
    print(args.format, &rows)?;
    Ok(loaded.outcome())
}

fn print(format: Format, rows: &[CostRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| format!("{}/{}", r.module, r.isa)),
            ("queries", |r| r.queries.to_string()),
            ("scheme", |r| r.scheme.clone()),
            ("instructions", |r| format!("{:.1}", r.instructions)),
            ("bytes read", |r| format!("{:.1}", r.bytes_read)),
            ("lines", |r| format!("{:.2}", r.lines)),
            ("scratch lines", |r| format!("{:.2}", r.scratch_lines)),
        ],
    )
}
