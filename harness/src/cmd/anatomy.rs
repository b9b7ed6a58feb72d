//! `anatomy`: the facts about each module that explain the results.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::output::{self, percent, share, thousands};
use crate::{anatomy, modules};
use anyhow::Result;
use stackmap_reports::results::AnatomyRow;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let loaded = modules::load(&args.selection)?;
    print(args.format, &anatomy::measure_all(&loaded.modules)?)?;
    Ok(loaded.outcome())
}

fn print(format: Format, rows: &[AnatomyRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| r.key().to_string()),
            ("maps", |r| thousands(r.maps)),
            ("empties", |r| thousands(r.empties)),
            ("section", |r| thousands(r.section_bytes)),
            ("of .cwasm", |r| {
                percent(r.cwasm_bytes.map(|b| r.section_bytes as f64 / b as f64))
            }),
            ("slots", |r| spread(r.slots_p50, r.slots_p90, r.slots_max)),
            ("words", |r| spread(r.words_p50, r.words_p90, r.words_max)),
            ("frame B", |r| spread(r.frame_p50, r.frame_p90, r.frame_max)),
            ("PC gap", |r| spread(r.gap_p50, r.gap_p90, r.gap_max)),
            ("Hamming", |r| {
                spread(r.hamming_p50, r.hamming_p90, r.hamming_max)
            }),
            ("grain", |r| r.slot_grain.to_string()),
            ("distinct", |r| share(r.distinct_maps, r.maps)),
            ("equal run", |r| format!("{:.1}", r.equal_run_mean)),
            ("entropy 0", |r| {
                share(r.entropy0_bytes.round() as u64, r.section_bytes)
            }),
            ("entropy 1", |r| {
                share(r.entropy1_bytes.round() as u64, r.section_bytes)
            }),
            ("xz -9e", |r| {
                percent(r.xz_bytes.map(|b| b as f64 / r.section_bytes as f64))
            }),
        ],
    )
}

/// Median, 90th percentile, maximum.
fn spread(p50: u64, p90: u64, max: u64) -> String {
    format!("{p50}/{p90}/{max}")
}
