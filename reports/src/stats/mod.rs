//! From raw timings to verdicts: `samples.csv` in, `latency.csv` and
//! `pooled.csv` out. METHODOLOGY.md says why it is done this way.
//!
//! The same samples give the same bytes, in whatever order the rows come and
//! on however many threads.

mod change;
pub mod compare;
mod controls;
mod error;
mod interval;
mod latency;
mod matching;
mod median;
mod modules;
mod pooled;
mod sample;
#[cfg(test)]
mod tests;
mod verdict;

pub use controls::{Control, Controls, controls_verdict};
pub use error::StatsError;
pub use interval::{ALPHA, Estimate, FEW_PROCESSES, RESAMPLES};
pub use sample::Samples;
pub use verdict::{BAND_CEILING, BAND_FLOOR};

use crate::results::{LatencyRow, PooledRow, Row, SampleRow, write_rows};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What the timings of a run come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Rows of `latency.csv`.
    pub latency: Vec<LatencyRow>,
    /// Rows of `pooled.csv`.
    pub pooled: Vec<PooledRow>,
    /// Blocks of a scheme left out because the scheme or the baseline lacks a
    /// visit there, as after an interruption.
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

/// A seed of its own for every cell, so that adding a scheme changes nobody
/// else's interval.
fn seed_of<'a>(seed: u64, names: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for name in names {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}

/// Digits beyond these are noise and make CSV files hard to read.
fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
