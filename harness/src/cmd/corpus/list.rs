//! `corpus list`: what has been recorded, and how its completeness was checked.

use crate::args::Format;
use crate::outcome::Outcome;
use crate::output::{self, Column, optional, percent, thousands};
use anyhow::Result;
use serde::Serialize;
use stackmap_corpus::CorpusError;
use stackmap_corpus::recorded::{self, Header};

#[derive(clap::Args)]
pub struct Args {
    /// Add toolchain, licence and cross-check
    #[arg(long)]
    long: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    module: String,
    isa: String,
    collector: String,
    language: String,
    toolchain: String,
    licence: String,
    source: String,
    opt_level: Option<String>,
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

impl From<Header> for Row {
    fn from(h: Header) -> Row {
        let section_bytes = h.section.map_or(0, |s| s.bytes);
        let check = h.cross_check;
        Row {
            module: h.name,
            isa: h.isa,
            collector: h.collector,
            language: h.provenance.language,
            toolchain: h.provenance.toolchain,
            licence: h.provenance.licence,
            source: h.provenance.source,
            opt_level: h.provenance.opt_level,
            safepoints: h.safepoints,
            maps: h.maps,
            empties: h.safepoints - h.maps,
            section_bytes,
            cwasm_share: h.cwasm_bytes.map(|c| section_bytes as f64 / c as f64),
            recorded: check.recorded,
            confirmed: check.confirmed,
            call_sites: check.call_sites,
            disassembled: check.disassembled,
            agreed: check.agreed,
            unmatched_functions: check.unmatched_functions,
        }
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut rows = Vec::new();
    for path in recorded::recordings(&recorded::folder())? {
        let bytes = std::fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
        rows.push(Row::from(recorded::read_header(
            &bytes,
            &path.display().to_string(),
        )?));
    }
    let mut columns: Vec<Column<Row>> = vec![
        ("module", |r| {
            format!("{}/{}/{}", r.module, r.isa, r.collector)
        }),
        ("language", |r| r.language.clone()),
        ("safepoints", |r| thousands(r.safepoints)),
        ("empties", |r| thousands(r.empties)),
        ("section", |r| thousands(r.section_bytes)),
        ("of .cwasm", |r| percent(r.cwasm_share)),
    ];
    if args.long {
        let more: [Column<Row>; 7] = [
            ("confirmed", |r| format!("{}/{}", r.confirmed, r.recorded)),
            ("call sites", |r| optional(r.call_sites)),
            ("disassembled", |r| optional(r.disassembled)),
            ("agreed", |r| optional(r.agreed)),
            ("unmatched", |r| r.unmatched_functions.to_string()),
            ("licence", |r| r.licence.clone()),
            ("toolchain", |r| r.toolchain.clone()),
        ];
        columns.extend(more);
    }
    output::print(args.format, &rows, &columns)?;
    Ok(Outcome::Complete)
}
