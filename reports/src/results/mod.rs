//! The home of the result files: what they are called, what their columns and
//! the words in them are, how they are written and read. The harness writes
//! them through these types, and everything here reads them through the same.
//!
//! A results folder holds tidy CSV files. Columns go by name, extra ones are
//! ignored, and an empty field means "unknown":
//!
//! | file | one row per | may be absent |
//! |---|---|---|
//! | `modules.csv` | module: identified by (module, isa, collector) | no |
//! | `schemes.csv` | scheme | no |
//! | `size.csv` | scheme × module | no |
//! | `samples.csv` | timed batch of lookups, raw | yes |
//! | `latency.csv` | scheme × module × scenario (queries, cache, timed) | yes |
//! | `pooled.csv` | scheme × tier × scenario | yes |
//! | `anatomy.csv` | module | yes |
//! | `costs.csv` | scheme × module × kind of queries | yes |
//! | `walks.csv` | program with recorded stacks | yes |
//! | `safety.csv` | scheme × module × fault × policy × outcome | yes |
//! | `provenance.json` | an object of strings and numbers | no |
//!
//! Ratios are to the scheme [`BASELINE`] in the same run; below 1 is better.

mod error;
mod faults;
mod files;
mod modules;
mod names;
mod provenance;
mod schemes;
mod timings;

pub use error::ResultsError;
pub use faults::{Class, Effect, Fault, Policy};
pub use files::{Row, RowWriter, for_each_row, partial, read_rows, write_file, write_rows};
pub use modules::{AnatomyRow, ModuleRow, WalkRow};
pub use names::{
    AGAIN, BASELINE, BLOCKS_CRC32, BUG_FUNCTION_BEFORE, BUG_MAP_BEFORE, Cache, Chain, EMPTY_LOOKUP,
    Queries, RANGES_NAIVE, SLOW, Scenario, Timed, Verdict, is_timing_control,
};
pub use provenance::{Fact, PROVENANCE, Provenance, plain};
pub use schemes::{CostRow, SafetyRow, SchemeRow, SizeRow};
pub use stackmap_corpus::{Collector, Isa, ModuleKey, Tier, UnknownName};
pub use timings::{LatencyRow, PooledRow, SampleRow};

use files::{read_optional, read_required};
use std::collections::BTreeSet;
use std::path::Path;

/// How many raw timings stand behind the latencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCount {
    /// Timed batches.
    pub timings: usize,
    /// Processes they were taken in.
    pub processes: usize,
}

/// A results folder in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// All modules, in file order.
    pub modules: Vec<ModuleRow>,
    /// All schemes, the baseline first if the file has it so.
    pub schemes: Vec<SchemeRow>,
    /// Scheme × module; every ratio is known and positive.
    pub sizes: Vec<SizeRow>,
    /// Scheme × module × scenario, unless nothing was timed.
    pub latencies: Option<Vec<LatencyRow>>,
    /// Raw timings behind them, if they were kept.
    pub samples: Option<SampleCount>,
    /// What the modules consist of, unless nobody looked.
    pub anatomy: Option<Vec<AnatomyRow>>,
    /// Instructions and cache lines of lookups, unless they were not counted.
    pub costs: Option<Vec<CostRow>>,
    /// Stacks recorded from our programs, if any ran.
    pub walks: Option<Vec<WalkRow>>,
    /// Fault injection, unless it was not run.
    pub safety: Option<Vec<SafetyRow>>,
    /// Versions, machine, seeds, arguments.
    pub provenance: Provenance,
}

/// Reads a results folder; an error names the file and the column.
pub fn load(dir: &Path) -> Result<Results, ResultsError> {
    let results = Results {
        modules: read_required(dir)?,
        schemes: read_required(dir)?,
        sizes: read_required(dir)?,
        latencies: read_optional(dir)?,
        samples: count_samples(&dir.join(SampleRow::FILE))?,
        anatomy: read_optional(dir)?,
        costs: read_optional(dir)?,
        walks: read_optional(dir)?,
        safety: read_optional(dir)?,
        provenance: Provenance::read(dir)?,
    };
    if !results.schemes.iter().any(|s| s.name == BASELINE) {
        let problem = format!("the baseline `{BASELINE}` is not among the schemes");
        return Err(ResultsError::unusable(&dir.join(SchemeRow::FILE), problem));
    }
    let is_known = |row: &&SizeRow| row.ratio.is_some_and(|ratio| ratio > 0.0);
    if let Some(row) = results.sizes.iter().find(|row| !is_known(row)) {
        let problem = format!(
            "column `ratio` of {} on {} is not a positive number",
            row.scheme, row.module
        );
        return Err(ResultsError::unusable(&dir.join(SizeRow::FILE), problem));
    }
    Ok(results)
}

/// Counts the raw timings without keeping them: a run has millions.
fn count_samples(path: &Path) -> Result<Option<SampleCount>, ResultsError> {
    if !path.exists() {
        return Ok(None);
    }
    let mut timings = 0;
    let mut processes = BTreeSet::new();
    for_each_row(path, |row: SampleRow| {
        timings += 1;
        processes.insert(row.process);
        Ok::<(), ResultsError>(())
    })?;
    let processes = processes.len();
    Ok(Some(SampleCount { timings, processes }))
}
