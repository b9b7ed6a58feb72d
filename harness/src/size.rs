//! Bytes by part of every scheme on every module. Deterministic.

use crate::output::progress;
use crate::scheme::Scheme;
use anyhow::{Context, Result};
use stackmap_corpus::Module;
use stackmap_encoders::Oracle;
use stackmap_reports::results::SizeRow;

/// Encodes and verifies every scheme on every module, then tells the sizes.
pub fn measure_all(modules: &[Module], schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let rows = progress::each("encode and verify", modules, |module| {
        measure(module, schemes, seed)
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Verified sizes of every scheme on one module; the baseline comes first.
fn measure(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<SizeRow>> {
    let oracle = Oracle::new(&module.table);
    let table_without_start = module.table_without_start();
    let (mut baseline_bytes, mut baseline_bytes_without_start) = (None, None);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = scheme.encode_verified(module, &oracle, seed)?;
        let without_start = table_without_start.as_ref().map(|t| (scheme.encode)(t));
        let without_start = without_start.transpose().with_context(|| module.key())?;
        let bytes_without_start = without_start.map(|s| s.bytes.len() as u64);
        let (bytes, parts) = (section.bytes.len() as u64, section.parts);
        let baseline_bytes = *baseline_bytes.get_or_insert(bytes);
        baseline_bytes_without_start = baseline_bytes_without_start.or(bytes_without_start);
        rows.push(SizeRow {
            scheme: scheme.name.into(),
            module: module.name.clone(),
            isa: module.isa,
            tier: module.tier,
            maps: module.table.maps() as u64,
            empties: module.table.empties() as u64,
            bytes,
            bytes_header: parts.header as u64,
            bytes_index: parts.index as u64,
            bytes_payload: parts.payload as u64,
            bytes_padding: parts.padding as u64,
            baseline_bytes,
            ratio: (baseline_bytes > 0).then(|| bytes as f64 / baseline_bytes as f64),
            bytes_offsets: parts.offsets as u64,
            collector: module.collector,
            cwasm_bytes: module.cwasm_bytes,
            bytes_without_start,
            baseline_bytes_without_start,
            encode_ns_per_safepoint: None,
            check_ns_per_safepoint: None,
            encode_peak_bytes: None,
        });
    }
    Ok(rows)
}
