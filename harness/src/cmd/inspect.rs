//! `inspect`: what each scheme would make of your own modules.

use crate::args::{Compile, Format};
use crate::modules::{self, Loaded};
use crate::outcome::Outcome;
use crate::output::{self, note, percent, thousands};
use crate::random::SEED;
use crate::run_folder;
use crate::scheme::{self, Scheme};
use crate::size;
use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde::Serialize;
use stackmap_reports::results::{Collector, Isa, Results, SizeRow};
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
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Also write one self-contained page about these modules
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

/// What scripts are told of one scheme on one module.
#[derive(Serialize)]
struct InspectRow {
    module: String,
    isa: Isa,
    scheme: String,
    bytes: u64,
    ratio: Option<f64>,
    maps: u64,
    empties: u64,
    cwasm_bytes: Option<u64>,
    collector: Collector,
    cwasm_saving: Option<f64>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.scheme.as_ref())?;
    if let Some(path) = &args.html {
        check_page(path, &args.files)?;
    }
    let mut loaded = Loaded::default();
    modules::load_files(&mut loaded, &args.files, &args.compile)?;
    for module in loaded.modules.iter().filter(|m| m.table.maps() == 0) {
        let module = module.key();
        note!(
            "note: {module} has no stack maps, so Wasmtime writes no section; the bytes are those of its empties alone"
        );
    }
    let sizes = size::measure_all(&loaded.modules, &schemes, args.seed)?;
    print(args.format, &sizes)?;
    if let Some(path) = &args.html {
        write_page(path, &loaded, &schemes, &sizes)?;
    }
    Ok(loaded.outcome())
}

/// Before anything takes long, whether the page can be written, and is none of
/// the files that are read.
fn check_page(page: &Path, files: &[PathBuf]) -> Result<()> {
    let name = page.display();
    ensure!(
        !files.iter().any(|file| run_folder::are_same(file, page)),
        "{name}: is one of the files to inspect; choose another --html"
    );
    let folder = match page.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    ensure!(!page.is_dir(), "{name}: is a folder; choose another --html");
    let probe = tempfile::tempfile_in(folder).map(drop);
    probe.with_context(|| format!("{name}: cannot be written; choose another --html"))
}

fn print(format: Format, sizes: &[SizeRow]) -> Result<()> {
    if format.for_scripts() {
        let rows: Vec<InspectRow> = sizes.iter().map(row).collect();
        return output::print_for_scripts(format, &rows);
    }
    output::print_table(
        sizes,
        &[
            ("module", |r| r.key().to_string()),
            ("maps", |r| thousands(r.maps)),
            ("empties", |r| thousands(r.empties)),
            ("scheme", |r| r.scheme.clone()),
            ("bytes", |r| thousands(r.bytes)),
            ("of exact", |r| percent(r.ratio)),
            (".cwasm shrinks by", |r| percent(cwasm_saving(r))),
        ],
    )
}

fn row(size: &SizeRow) -> InspectRow {
    InspectRow {
        module: size.module.clone(),
        isa: size.isa,
        scheme: size.scheme.clone(),
        bytes: size.bytes,
        ratio: size.ratio,
        maps: size.maps,
        empties: size.empties,
        cwasm_bytes: size.cwasm_bytes,
        collector: size.collector,
        cwasm_saving: cwasm_saving(size),
    }
}

/// Share of the `.cwasm` that the scheme saves.
fn cwasm_saving(size: &SizeRow) -> Option<f64> {
    let saved = size.baseline_bytes as f64 - size.bytes as f64;
    size.cwasm_bytes.map(|whole| saved / whole as f64)
}

fn write_page(path: &Path, loaded: &Loaded, schemes: &[Scheme], sizes: &[SizeRow]) -> Result<()> {
    ensure!(
        !sizes.is_empty(),
        "{}: not written, as no module could be read",
        path.display()
    );
    let results = Results {
        modules: loaded.modules.iter().map(modules::row).collect(),
        schemes: schemes.iter().map(Scheme::row).collect(),
        sizes: sizes.to_vec(),
        ..Results::default()
    };
    Ok(stackmap_reports::write_inspection(&results, path)?)
}
