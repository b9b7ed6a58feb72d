//! `size`: bytes by part of every scheme on every module. Deterministic.

use crate::args::{Format, Select};
use crate::load::{self, Loaded};
use crate::output::{self, percent, thousands};
use crate::scheme::{self, Scheme};
use crate::verify::{Verified, WrongAnswer};
use crate::{Outcome, progress};
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stackmap_corpus::{Module, Tier};
use stackmap_encoders::{Oracle, Section};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    format: Format,
}

/// One row of `size.csv`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SizeRow {
    pub scheme: String,
    pub module: String,
    pub isa: String,
    pub tier: Tier,
    pub maps: usize,
    pub empties: usize,
    pub bytes: usize,
    pub bytes_header: usize,
    pub bytes_index: usize,
    pub bytes_payload: usize,
    pub bytes_padding: usize,
    pub baseline_bytes: usize,
    /// Bytes over the baseline's; empty where the baseline has none.
    pub ratio: Option<f64>,
    pub bytes_offsets: usize,
    pub collector: String,
    pub cwasm_bytes: Option<u64>,
    pub bytes_without_start: Option<usize>,
    pub baseline_bytes_without_start: Option<usize>,
    pub encode_ns_per_safepoint: Option<f64>,
    pub check_ns_per_safepoint: Option<f64>,
    pub encode_peak_bytes: Option<usize>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    let rows = measure_all(&loaded, &schemes, args.select.seed)?;
    print(args.format, &rows)?;
    Ok(loaded.outcome())
}

/// Encodes and verifies every scheme on every module, then tells the sizes.
pub fn measure_all(loaded: &Loaded, schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let bar = progress::bar("encode and verify", loaded.modules.len());
    let rows: Vec<Vec<SizeRow>> = loaded
        .modules
        .par_iter()
        .map(|module| {
            let rows = measure(module, schemes, seed);
            bar.inc(1);
            rows
        })
        .collect::<Result<_>>()?;
    bar.finish_and_clear();
    Ok(rows.into_iter().flatten().collect())
}

/// Verified sizes of every scheme on one module; the baseline comes first.
pub fn measure(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let oracle = Oracle::new(&module.table);
    let without_start = module.table_without_start();
    let (mut baseline, mut baseline_without_start) = (None, None);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = encode_verified(module, scheme, &oracle, seed)?;
        let rest = without_start
            .as_ref()
            .map(|t| (scheme.encode)(t))
            .transpose();
        let rest = rest.with_context(|| module.id())?.map(|s| s.bytes.len());
        let bytes = section.bytes.len();
        let baseline = *baseline.get_or_insert(bytes);
        baseline_without_start = baseline_without_start.or(rest);
        rows.push(SizeRow {
            scheme: scheme.name().into(),
            module: module.name.clone(),
            isa: module.isa.clone(),
            tier: module.tier,
            maps: module.table.maps(),
            empties: module.table.empties(),
            bytes,
            bytes_header: section.parts.header,
            bytes_index: section.parts.index,
            bytes_payload: section.parts.payload,
            bytes_padding: section.parts.padding,
            baseline_bytes: baseline,
            ratio: (baseline > 0).then(|| bytes as f64 / baseline as f64),
            bytes_offsets: section.parts.offsets,
            collector: module.collector.clone(),
            cwasm_bytes: module.cwasm_bytes,
            bytes_without_start: rest,
            baseline_bytes_without_start: baseline_without_start,
            encode_ns_per_safepoint: None,
            check_ns_per_safepoint: None,
            encode_peak_bytes: None,
        });
    }
    Ok(rows)
}

/// Encodes one scheme and compares all its answers with the oracle.
pub fn encode_verified(
    module: &Module,
    scheme: &Scheme,
    oracle: &Oracle,
    seed: u64,
) -> Result<(Section, Verified)> {
    let section = (scheme.encode)(&module.table)
        .with_context(|| format!("{}: scheme {}", module.id(), scheme.name()))?;
    let verified = (scheme.verify)(&module.table, oracle, &section.bytes, seed)
        .map_err(|e: Box<WrongAnswer>| anyhow::Error::new(*e).context(module.id()))?;
    Ok((section, verified))
}

pub fn print(format: Format, rows: &[SizeRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| {
                format!("{}/{}/{}", r.module, r.isa, r.collector)
            }),
            ("tier", |r| r.tier.to_string()),
            ("scheme", |r| r.scheme.clone()),
            ("bytes", |r| thousands(r.bytes as u64)),
            ("of exact", |r| percent(r.ratio)),
            ("B/map", |r| per_map(r.bytes, r.maps)),
            ("header", |r| thousands(r.bytes_header as u64)),
            ("index", |r| thousands(r.bytes_index as u64)),
            ("offsets", |r| thousands(r.bytes_offsets as u64)),
            ("payload", |r| thousands(r.bytes_payload as u64)),
            ("of .cwasm", |r| percent(share_of_cwasm(r))),
            ("without start", |r| percent(without_start(r))),
        ],
    )
}

/// Bytes per safepoint with live references.
fn per_map(bytes: usize, maps: usize) -> String {
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
    let others = row.cwasm_bytes?.checked_sub(row.baseline_bytes as u64)?;
    let whole = others + row.bytes as u64;
    (whole > 0).then(|| row.bytes as f64 / whole as f64)
}
