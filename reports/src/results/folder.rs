//! A results folder in memory.

use super::error::ResultsError;
use super::files::{Row, for_each_row, read_optional, read_required};
use super::modules::{AnatomyRow, MemoRow, ModuleRow, WalkRow};
use super::names::BASELINE;
use super::provenance::Provenance;
use super::schemes::{CostRow, SafetyRow, SchemeRow, SizeRow, TouchedRow};
use super::timings::{LatencyRow, LeftOutRow, PageFaultRow, PooledRow, RunRow, SampleRow};
use super::wasmtime::{WasmtimeRow, WasmtimeStressRow};
use stackmap_corpus::ModuleKey;
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// All modules, in file order.
    pub modules: Vec<ModuleRow>,
    /// All schemes, without controls, the baseline first if the file has it so.
    pub schemes: Vec<SchemeRow>,
    /// Scheme × module; a ratio is known where the baseline has bytes.
    pub sizes: Vec<SizeRow>,
    /// Scheme × module × scenario, unless nothing was timed.
    pub latencies: Option<Vec<LatencyRow>>,
    /// Scheme × tier × scenario × stratum, unless nothing was timed.
    pub pooled: Option<Vec<PooledRow>>,
    /// The runs behind the timings, unless nothing was timed.
    pub runs: Option<Vec<RunRow>>,
    /// Page faults of lookups in sections just mapped, unless nothing was timed.
    pub page_faults: Option<Vec<PageFaultRow>>,
    /// What the runs say of one another, if there are enough of them.
    pub left_out: Option<Vec<LeftOutRow>>,
    /// Raw timings behind them, if they were kept.
    pub samples: Option<SampleCount>,
    /// What the modules consist of, unless nobody looked.
    pub anatomy: Option<Vec<AnatomyRow>>,
    /// Instructions and cache lines of lookups, unless they were not counted.
    pub costs: Option<Vec<CostRow>>,
    /// What schemes touch while they walk a stack, unless it was not counted.
    pub touched: Option<Vec<TouchedRow>>,
    /// Stacks recorded of programs and wild modules, if any ran.
    pub walks: Option<Vec<WalkRow>>,
    /// What a memo would answer on them.
    pub memos: Option<Vec<MemoRow>>,
    /// Programs run in Wasmtime itself, unless none was.
    pub executions: Option<Vec<WasmtimeRow>>,
    /// Deep stacks over heaps of all sizes in it, unless that was left out.
    pub stress: Option<Vec<WasmtimeStressRow>>,
    /// Fault injection, unless it was not run.
    pub safety: Option<Vec<SafetyRow>>,
    /// Versions, machine, seeds, arguments.
    pub provenance: Provenance,
}

impl Results {
    /// Whether `schemes.csv` lists a scheme; what it does not list is a control.
    pub fn lists(&self, scheme: &str) -> bool {
        self.schemes.iter().any(|s| s.name == scheme)
    }

    /// A scheme's place in `schemes.csv`; whatever is not listed comes last.
    pub fn place(&self, scheme: &str) -> usize {
        let place = self.schemes.iter().position(|s| s.name == scheme);
        place.unwrap_or(usize::MAX)
    }

    /// What a scheme made of a module, if it encoded it.
    pub fn size(&self, scheme: &str, module: &ModuleKey) -> Option<&SizeRow> {
        let mut rows = self.sizes.iter();
        rows.find(|row| row.scheme == scheme && row.is_about(module))
    }
}

/// Reads a results folder; an error names the file and the line.
pub fn load(dir: &Path) -> Result<Results, ResultsError> {
    let results = Results {
        modules: read_required(dir)?,
        schemes: without_controls(read_required(dir)?),
        sizes: read_required(dir)?,
        latencies: read_optional(dir)?,
        pooled: read_optional(dir)?,
        runs: read_optional(dir)?,
        left_out: read_optional(dir)?,
        page_faults: read_optional(dir)?,
        samples: count_samples(&dir.join(SampleRow::FILE))?,
        anatomy: read_optional(dir)?,
        costs: read_optional(dir)?,
        touched: read_optional(dir)?,
        walks: read_optional(dir)?,
        memos: read_optional(dir)?,
        executions: read_optional(dir)?,
        stress: read_optional(dir)?,
        safety: read_optional(dir)?,
        provenance: Provenance::read(dir)?,
    };
    if !results.lists(BASELINE) {
        let problem = format!("the baseline `{BASELINE}` is not among the schemes");
        return Err(ResultsError::unusable(&dir.join(SchemeRow::FILE), problem));
    }
    Ok(results)
}

/// A control is no scheme, wherever it is listed.
fn without_controls(mut schemes: Vec<SchemeRow>) -> Vec<SchemeRow> {
    schemes.retain(|scheme| !scheme.control);
    schemes
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
        processes.insert((row.run, row.process));
        Ok::<(), ResultsError>(())
    })?;
    let processes = processes.len();
    Ok(Some(SampleCount { timings, processes }))
}
