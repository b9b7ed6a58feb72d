//! What writing a section costs.

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

/// Nanoseconds per safepoint that the scheme's writer takes: the median of
/// three or more runs. `None` for a module without safepoints. To be called
/// when nothing else runs.
pub fn encode_cost(module: &Module, scheme: &Scheme) -> Result<Option<f64>> {
    if module.table.is_empty() {
        return Ok(None);
    }
    let mut runs = Vec::new();
    while runs.len() < RUNS || (runs.len() < MOST_RUNS && runs.iter().sum::<Duration>() < ENOUGH) {
        let start = Instant::now();
        let section = (scheme.encode)(black_box(&module.table));
        runs.push(start.elapsed());
        black_box(section).with_context(|| format!("{}: scheme {}", module.id(), scheme.name()))?;
    }
    runs.sort_unstable();
    let median = runs[runs.len() / 2].as_nanos() as f64;
    Ok(Some(median / module.table.len() as f64))
}
