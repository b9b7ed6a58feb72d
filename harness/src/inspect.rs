//! `inspect`: what each scheme would make of your own modules.

use crate::args::{Compile, Format};
use crate::load::{self, Loaded};
use crate::output::{self, percent, thousands};
use crate::{Outcome, scheme, size};
use anyhow::Result;
use regex::Regex;
use serde::Serialize;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// .wasm, .wat, .cwasm or .clif files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only schemes whose name matches; the baseline `exact` always runs
    #[arg(short, long, value_name = "REGEX")]
    scheme: Option<Regex>,
    #[command(flatten)]
    compile: Compile,
    /// Seed of the random PCs that are verified
    #[arg(long, default_value_t = 10431)]
    seed: u64,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Row {
    module: String,
    isa: String,
    scheme: String,
    bytes: usize,
    ratio: Option<f64>,
    maps: usize,
    empties: usize,
    cwasm_bytes: Option<u64>,
    collector: String,
    cwasm_saving: Option<f64>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut loaded = Loaded::default();
    for path in &args.files {
        loaded.add(load::path(path, &args.compile));
    }
    let schemes = scheme::matching(args.scheme.as_ref())?;
    let mut rows = Vec::new();
    for module in &loaded.modules {
        if module.table.maps() == 0 {
            eprintln!("note: {} has no stack maps; nothing to encode", module.id());
        }
        for row in size::measure(module, &schemes, args.seed)? {
            let saved = row.baseline_bytes as f64 - row.bytes as f64;
            rows.push(Row {
                cwasm_saving: row.cwasm_bytes.map(|whole| saved / whole as f64),
                module: row.module,
                isa: row.isa,
                scheme: row.scheme,
                bytes: row.bytes,
                ratio: row.ratio,
                maps: row.maps,
                empties: row.empties,
                cwasm_bytes: row.cwasm_bytes,
                collector: row.collector,
            });
        }
    }
    output::print(
        args.format,
        &rows,
        &[
            ("module", |r| {
                format!("{}/{}/{}", r.module, r.isa, r.collector)
            }),
            ("maps", |r| thousands(r.maps as u64)),
            ("empties", |r| thousands(r.empties as u64)),
            ("scheme", |r| r.scheme.clone()),
            ("bytes", |r| thousands(r.bytes as u64)),
            ("of exact", |r| percent(r.ratio)),
            (".cwasm shrinks by", |r| percent(r.cwasm_saving)),
        ],
    )?;
    Ok(loaded.outcome())
}
