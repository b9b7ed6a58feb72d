//! `inspect`: what each scheme would make of your own modules.

use crate::args::{Compile, Format};
use crate::machine::provenance::Provenance;
use crate::modules::{self, Loaded};
use crate::outcome::Outcome;
use crate::output::{self, percent, thousands};
use crate::results_folder;
use crate::scheme::{self, Scheme};
use crate::size::{self, SizeRow};
use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde::Serialize;
use std::path::{Path, PathBuf};

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
    /// Also write one self-contained page about these modules
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
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
        loaded.add(modules::read_file(path, &args.compile));
    }
    let schemes = scheme::matching(args.scheme.as_ref())?;
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    for module in &loaded.modules {
        if module.table.maps() == 0 {
            eprintln!("note: {} has no stack maps; nothing to encode", module.id());
        }
        let measured = size::measure(module, &schemes, args.seed)?;
        if module.table.maps() > 0 {
            sizes.extend(measured.iter().cloned());
        }
        for row in measured {
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
    if let Some(path) = &args.html {
        write_page(path, &loaded, &schemes, &sizes)?;
    }
    Ok(loaded.outcome())
}

/// Hands what was measured to the report as it reads any run: in a folder.
fn write_page(path: &Path, loaded: &Loaded, schemes: &[Scheme], sizes: &[SizeRow]) -> Result<()> {
    ensure!(
        !sizes.is_empty(),
        "{}: not written, as no module has stack maps",
        path.display()
    );
    let dir = tempfile::tempdir().context("a temporary folder")?;
    let with_maps = loaded.modules.iter().filter(|m| m.table.maps() > 0);
    let modules: Vec<_> = with_maps.map(modules::row).collect();
    let facts: Vec<_> = schemes.iter().map(|s| s.facts).collect();
    results_folder::write_csv(dir.path(), "modules.csv", &modules)?;
    results_folder::write_csv(dir.path(), "schemes.csv", &facts)?;
    results_folder::write_csv(dir.path(), "size.csv", sizes)?;
    results_folder::write(dir.path(), Provenance::FILE, b"{}")?;
    let results = stackmap_reports::load(dir.path())?;
    Ok(stackmap_reports::write_inspection(&results, path)?)
}
