//! From raw timings to verdicts: `samples.csv` in, `latency.csv`,
//! `pooled.csv`, `left-out.csv` and `page-faults.csv` out. METHODOLOGY.md says why it is done this way.
//!
//! A *turn* is one timed batch of lookups by one scheme. A *block* holds the
//! turns of all schemes to one module, there and back. A *setting* is a module
//! in a scenario; one scheme in one setting is a *cell*. Every *process* times
//! some blocks of every setting, and every *run* has many processes.
//!
//! The same samples give the same bytes, in whatever order the rows come.

mod at_large;
mod cell;
mod context;
mod controls;
mod estimate;
mod latency;
mod left_out;
mod page_faults;
mod pool;
mod pooled;
mod samples;
#[cfg(test)]
mod tests;
mod verdict;

pub use cell::ENOUGH_MACHINES;
pub use context::Context;
pub use controls::{ControlCell, Controls};
pub(super) use estimate::t_quantile;
pub use estimate::{ALPHA, Estimate};
pub use left_out::left_out_text;
pub use pooled::is_headline;
pub use samples::Samples;
pub(super) use verdict::holm;
pub use verdict::{BAND_CEILING, BAND_FLOOR};

use super::error::StatsError;
use crate::results::{LatencyRow, LeftOutRow, PageFaultRow, PooledRow, Row, SampleRow, write_rows};
use samples::Cells;
use std::path::Path;

/// What the timings of a folder come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Rows of `latency.csv`.
    pub latency: Vec<LatencyRow>,
    /// Rows of `pooled.csv`.
    pub pooled: Vec<PooledRow>,
    /// Rows of `left-out.csv`.
    pub left_out: Vec<LeftOutRow>,
    /// Rows of `page-faults.csv`.
    pub page_faults: Vec<PageFaultRow>,
    /// Blocks of a scheme left out because the scheme or the baseline lacks a
    /// turn there, as after an interruption.
    pub unpaired_blocks: usize,
}

/// Summarises samples.
pub fn summarize(samples: &Samples, context: &Context) -> Result<Summary, StatsError> {
    let Cells {
        cells,
        runs,
        unpaired_blocks,
    } = samples.cells(context)?;
    let latency = latency::rows(&cells);
    let (pooled, left_out) = pooled::rows(&cells, &latency, &runs, context);
    Ok(Summary {
        latency,
        pooled,
        left_out,
        page_faults: samples.page_faults(),
        unpaired_blocks,
    })
}

/// Reads `samples.csv` in a results folder, and `runs.csv` and `modules.csv` if
/// they are there; writes the other tables next to it.
pub fn summarize_folder(folder: &Path) -> Result<Summary, StatsError> {
    let context = Context::read(folder)?;
    let summary = summarize(&Samples::read(&folder.join(SampleRow::FILE))?, &context)?;
    write_rows(folder, &summary.latency)?;
    write_rows(folder, &summary.pooled)?;
    write_rows(folder, &summary.left_out)?;
    write_rows(folder, &summary.page_faults)?;
    Ok(summary)
}
