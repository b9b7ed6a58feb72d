//! `corpus list`: what has been recorded, and how its completeness was checked.

use crate::args::{CorpusArg, Format};
use crate::outcome::Outcome;
use crate::output::{self, PrintedColumn, optional, percent, thousands};
use anyhow::Result;
use serde::Serialize;
use stackmap_corpus::recorded::{self, Header};
use stackmap_corpus::{Collector, CorpusError, Isa, OptLevel};

#[derive(clap::Args)]
pub struct Args {
    /// Add toolchain, licence and cross-check
    #[arg(long)]
    long: bool,
    #[command(flatten)]
    corpus: CorpusArg,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let recordings = recorded::recordings(&args.corpus.find()?.recordings())?;
    let headers = recordings.iter().map(|listed| Ok(listed.open()?.header));
    let headers = headers.collect::<Result<Vec<_>, CorpusError>>()?;
    if args.format.for_scripts() {
        let rows: Vec<RecordingRow> = headers.iter().map(row).collect();
        output::print_for_scripts(args.format, &rows)?;
    } else {
        output::print_table(&headers, &columns(args.long))?;
    }
    Ok(Outcome::Complete)
}

fn columns(long: bool) -> Vec<PrintedColumn<Header>> {
    let mut columns: Vec<PrintedColumn<Header>> = vec![
        ("module", |h| h.key().to_string()),
        ("language", |h| h.provenance.language.clone()),
        ("safepoints", |h| thousands(h.safepoints)),
        ("empties", |h| thousands(h.safepoints - h.maps)),
        ("section", |h| thousands(section_bytes(h))),
        ("of .cwasm", |h| percent(cwasm_share(h))),
    ];
    if long {
        let more: [PrintedColumn<Header>; 7] = [
            ("confirmed", |h| {
                format!("{}/{}", h.cross_check.confirmed, h.cross_check.recorded)
            }),
            ("call sites", |h| optional(h.cross_check.call_sites)),
            ("disassembled", |h| optional(h.cross_check.disassembled)),
            ("agreed", |h| optional(h.cross_check.agreed)),
            ("unmatched", |h| {
                h.cross_check.unmatched_functions.to_string()
            }),
            ("licence", |h| h.provenance.licence.clone()),
            ("toolchain", |h| h.provenance.toolchain.clone()),
        ];
        columns.extend(more);
    }
    columns
}

/// What scripts are told of one recording.
#[derive(Serialize)]
struct RecordingRow {
    module: String,
    isa: Isa,
    collector: Collector,
    language: String,
    toolchain: String,
    licence: String,
    source: String,
    opt_level: Option<OptLevel>,
    safepoints: u64,
    maps: u64,
    empties: u64,
    section_bytes: u64,
    cwasm_share: Option<f64>,
    recorded: usize,
    confirmed: usize,
    call_sites: Option<usize>,
    disassembled: Option<usize>,
    agreed: Option<usize>,
    unmatched_functions: usize,
}

fn row(h: &Header) -> RecordingRow {
    let provenance = h.provenance.clone();
    let check = h.cross_check;
    RecordingRow {
        module: h.name.clone(),
        isa: h.isa,
        collector: h.collector,
        language: provenance.language,
        toolchain: provenance.toolchain,
        licence: provenance.licence,
        source: provenance.source,
        opt_level: provenance.opt_level,
        safepoints: h.safepoints,
        maps: h.maps,
        empties: h.safepoints - h.maps,
        section_bytes: section_bytes(h),
        cwasm_share: cwasm_share(h),
        recorded: check.recorded,
        confirmed: check.confirmed,
        call_sites: check.call_sites,
        disassembled: check.disassembled,
        agreed: check.agreed,
        unmatched_functions: check.unmatched_functions,
    }
}

fn section_bytes(h: &Header) -> u64 {
    h.section.as_ref().map_or(0, |s| s.bytes)
}

/// Share of the `.cwasm` that today's section takes.
fn cwasm_share(h: &Header) -> Option<f64> {
    h.cwasm_bytes
        .map(|whole| section_bytes(h) as f64 / whole as f64)
}
