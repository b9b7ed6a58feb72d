//! Bytes by part of every scheme on every module. Deterministic.

use crate::output::progress;
use crate::scheme::Scheme;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use stackmap_corpus::{Module, Tier};
use stackmap_encoders::Oracle;

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

/// Encodes and verifies every scheme on every module, then tells the sizes.
pub fn measure_all(modules: &[Module], schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let rows = progress::each("encode and verify", modules, |module| {
        measure(module, schemes, seed)
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Verified sizes of every scheme on one module; the baseline comes first.
pub fn measure(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let oracle = Oracle::new(&module.table);
    let without_start = module.table_without_start();
    let (mut baseline, mut baseline_without_start) = (None, None);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = scheme.encode_verified(module, &oracle, seed)?;
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
