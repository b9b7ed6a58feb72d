//! What writing a section costs.

use crate::machine::memory::with_peak;
use crate::scheme::Scheme;
use anyhow::{Context, Result};
use stackmap_corpus::Module;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Fewest runs that a median is taken of, and most.
const RUNS: usize = 3;
const MOST_RUNS: usize = 25;
/// Enough time for the shortest writer to be seen.
const ENOUGH: Duration = Duration::from_millis(10);

/// What a section costs besides its bytes.
pub struct WriterCost {
    /// Nanoseconds per safepoint to write it.
    pub encode: f64,
    /// Nanoseconds per safepoint to check a CRC-32 over it, as one would when
    /// it is loaded.
    pub check: f64,
    /// Most bytes that the writer had allocated at once, the section included.
    pub peak: usize,
}

/// What the scheme's writer and a checksum take: medians of three or more
/// runs. `None` for a module without safepoints. To be called when nothing
/// else runs.
pub fn writer_cost(module: &Module, scheme: &Scheme) -> Result<Option<WriterCost>> {
    if module.table.is_empty() {
        return Ok(None);
    }
    let (section, peak) = with_peak(|| (scheme.encode)(&module.table));
    let section = section.with_context(|| format!("{}: scheme {}", module.key(), scheme.name))?;
    let per_safepoint = |ns: f64| ns / module.table.len() as f64;
    Ok(Some(WriterCost {
        encode: per_safepoint(median(|| (scheme.encode)(black_box(&module.table)))),
        check: per_safepoint(median(|| crc32fast::hash(black_box(&section.bytes)))),
        peak,
    }))
}

fn median<T>(mut run: impl FnMut() -> T) -> f64 {
    let mut runs = Vec::new();
    while runs.len() < RUNS || (runs.len() < MOST_RUNS && runs.iter().sum::<Duration>() < ENOUGH) {
        let start = Instant::now();
        let result = run();
        runs.push(start.elapsed());
        black_box(result);
    }
    runs.sort_unstable();
    runs[runs.len() / 2].as_nanos() as f64
}
