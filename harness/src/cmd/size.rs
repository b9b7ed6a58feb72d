//! `size`: bytes by part of every scheme on every module.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::output::{self, percent, thousands};
use crate::{modules, scheme, size};
use anyhow::Result;
use stackmap_reports::results::SizeRow;

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
    let rows = size::measure_all(&loaded.modules, &schemes, args.selection.seed())?;
    print(args.format, &rows)?;
    Ok(loaded.outcome())
}

fn print(format: Format, rows: &[SizeRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| r.key().to_string()),
            ("tier", |r| r.tier.to_string()),
            ("scheme", |r| r.scheme.clone()),
            ("bytes", |r| thousands(r.bytes)),
            ("of exact", |r| percent(r.ratio)),
            ("B/map", |r| per_map(r.bytes, r.maps)),
            ("header", |r| thousands(r.bytes_header)),
            ("index", |r| thousands(r.bytes_index)),
            ("offsets", |r| thousands(r.bytes_offsets)),
            ("payload", |r| thousands(r.bytes_payload)),
            ("of .cwasm", |r| percent(share_of_cwasm(r))),
            ("without start", |r| percent(without_start(r))),
        ],
    )
}

/// Bytes per safepoint with live references.
fn per_map(bytes: u64, maps: u64) -> String {
    match maps {
        0 => "–".into(),
        _ => format!("{:.2}", bytes as f64 / maps as f64),
    }
}

/// Share of the baseline's bytes where `module_start` is left out of both.
fn without_start(row: &SizeRow) -> Option<f64> {
    let baseline = row.baseline_bytes_without_start?;
    (baseline > 0).then_some(row.bytes_without_start? as f64 / baseline as f64)
}

/// Share of the `.cwasm` that this scheme's section would take.
fn share_of_cwasm(row: &SizeRow) -> Option<f64> {
    let others = row.cwasm_bytes?.checked_sub(row.baseline_bytes)?;
    let whole = others + row.bytes;
    (whole > 0).then(|| row.bytes as f64 / whole as f64)
}
