//! From raw timings to verdicts: `samples.csv` in, `latency.csv` and
//! `pooled.csv` out. METHODOLOGY.md says why it is done this way.
//!
//! A *turn* is one timed batch of lookups by one scheme. A *block* holds the
//! turns of all schemes to one module, there and back. A *setting* is a module
//! in a scenario; one scheme in one setting is a *cell*. Every *process* times
//! some blocks of every setting.
//!
//! The same samples give the same bytes, in whatever order the rows come and
//! on however many threads.

mod at_large;
mod bootstrap;
mod cell;
mod controls;
mod latency;
mod median;
mod pooled;
mod samples;
mod seed;
#[cfg(test)]
mod tests;
mod verdict;

pub use bootstrap::{ALPHA, Estimate, FEW_PROCESSES, RESAMPLES};
pub use controls::{Control, Controls, controls_verdict};
pub use samples::Samples;
pub use verdict::{BAND_CEILING, BAND_FLOOR};

use super::error::StatsError;
use crate::results::{LatencyRow, PooledRow, Row, SampleRow, write_rows};
use std::path::Path;

/// What the timings of a run come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Rows of `latency.csv`.
    pub latency: Vec<LatencyRow>,
    /// Rows of `pooled.csv`.
    pub pooled: Vec<PooledRow>,
    /// Blocks of a scheme left out because the scheme or the baseline lacks a
    /// turn there, as after an interruption.
    pub unpaired_blocks: usize,
}

/// Summarises samples; `seed` fixes the resampling.
pub fn summarize(samples: &Samples, seed: u64) -> Result<Summary, StatsError> {
    let (cells, unpaired_blocks) = samples.cells()?;
    let latency = latency::rows(&cells, &latency::estimates(&cells, seed));
    let pooled = pooled::rows(&cells, &latency, seed);
    Ok(Summary {
        latency,
        pooled,
        unpaired_blocks,
    })
}

/// Reads `samples.csv` in a results folder and writes `latency.csv` and
/// `pooled.csv` next to it.
pub fn summarize_folder(folder: &Path, seed: u64) -> Result<Summary, StatsError> {
    let summary = summarize(&Samples::read(&folder.join(SampleRow::FILE))?, seed)?;
    write_rows(folder, &summary.latency)?;
    write_rows(folder, &summary.pooled)?;
    Ok(summary)
}
