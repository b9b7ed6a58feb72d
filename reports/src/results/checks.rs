//! What the types of the columns cannot refuse: numbers that measure nothing,
//! and rows that contradict themselves or each other. A file that was edited,
//! cut or glued together must not pass for a result.

use super::modules::{AnatomyRow, ModuleRow, WalkRow};
use super::names::BASELINE;
use super::schemes::{CostRow, SafetyRow, SizeRow};
use super::timings::{LatencyRow, PooledRow, SampleRow};
use std::collections::BTreeMap;

/// Why a row cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The column that shows it.
    pub column: &'static str,
    /// What is wrong with it, on one line.
    pub problem: String,
}

impl Flaw {
    fn unless(holds: bool, column: &'static str, problem: impl FnOnce() -> String) -> Option<Flaw> {
        (!holds).then(|| Flaw {
            column,
            problem: problem(),
        })
    }
}

/// A column's type. Numbers are counts, sizes, times, ratios and shares: none
/// of them is negative or infinite, and what is unknown is left empty.
pub trait Column {
    /// The value, if it is a number that cannot be.
    fn impossible(&self) -> Option<f64> {
        None
    }
}

impl Column for f64 {
    fn impossible(&self) -> Option<f64> {
        (!self.is_finite() || *self < 0.0).then_some(*self)
    }
}

impl<T: Column> Column for Option<T> {
    fn impossible(&self) -> Option<f64> {
        self.as_ref().and_then(T::impossible)
    }
}

/// Types whose values all can be.
macro_rules! always_possible {
    ($($type:ty),+) => {
        $(impl Column for $type {})+
    };
}

always_possible!(u64, u32, usize, bool, String);
always_possible!(super::Isa, super::Collector, super::Tier);
always_possible!(super::Queries, super::Cache, super::Timed, super::Chain);
always_possible!(super::Verdict, super::Fault, super::Policy, super::Effect);

/// Refuses a column's value that cannot be.
pub(super) fn column(column: &'static str, value: &impl Column) -> Option<Flaw> {
    let value = value.impossible()?;
    let problem = format!("`{value}`: no finite number from 0 up");
    Some(Flaw { column, problem })
}

fn positive(column: &'static str, value: f64) -> Option<Flaw> {
    Flaw::unless(value > 0.0, column, || format!("`{value}`: not above 0"))
}

fn at_most(column: &'static str, value: f64, most: f64, what: &str) -> Option<Flaw> {
    let problem = || format!("`{value}`: more than {what}, {most}");
    Flaw::unless(value <= most, column, problem)
}

fn adds_up(column: &'static str, whole: u64, parts: &[u64]) -> Option<Flaw> {
    // Wider, so that no parts can overflow.
    let sum: u128 = parts.iter().map(|&part| u128::from(part)).sum();
    let problem = || format!("`{whole}`: its parts add up to {sum}");
    Flaw::unless(sum == u128::from(whole), column, problem)
}

/// Nothing can be found more often than there is of it.
pub(super) fn module(row: &ModuleRow) -> Option<Flaw> {
    let (found, all) = (row.confirmed as f64, row.recorded as f64);
    at_most("confirmed", found, all, "`recorded`")
}

/// The parts of today's section are all of it.
pub(super) fn anatomy(row: &AnatomyRow) -> Option<Flaw> {
    let parts = [
        row.bytes_count,
        row.bytes_pcs,
        row.bytes_offsets,
        row.bytes_frame_sizes,
        row.bytes_word_counts,
        row.bytes_bitmaps,
    ];
    adds_up("section_bytes", row.section_bytes, &parts)
}

/// Shares are shares.
pub(super) fn walk(row: &WalkRow) -> Option<Flaw> {
    at_most("cache_16", row.cache_16, 1.0, "the whole")
        .or_else(|| at_most("cache_1024", row.cache_1024, 1.0, "the whole"))
        .or_else(|| at_most("repeated", row.repeated, 1.0, "the whole"))
}

/// The parts of a section are all of it, and the ratio is what it says.
pub(super) fn size(row: &SizeRow) -> Option<Flaw> {
    let parts = [
        row.bytes_header,
        row.bytes_index,
        row.bytes_offsets,
        row.bytes_payload,
        row.bytes_padding,
    ];
    adds_up("bytes", row.bytes, &parts)
        .or_else(|| size_ratio(row))
        .or_else(|| positive("ratio", row.ratio?))
}

/// Relative difference that comes from writing a ratio down and no more.
const ROUNDING: f64 = 1e-6;

/// Bytes over the baseline's; none where the baseline has no bytes.
fn size_ratio(row: &SizeRow) -> Option<Flaw> {
    let (bytes, baseline) = (row.bytes, row.baseline_bytes);
    let expected = (baseline > 0).then(|| bytes as f64 / baseline as f64);
    let holds = match row.ratio.zip(expected) {
        Some((ratio, expected)) => (ratio - expected).abs() <= ROUNDING * expected,
        None => row.ratio == expected,
    };
    Flaw::unless(holds, "ratio", || {
        let given = row
            .ratio
            .map_or_else(String::new, |ratio| ratio.to_string());
        format!("`{given}`: not `bytes` over `baseline_bytes`, {bytes} / {baseline}")
    })
}

/// `baseline_bytes` is what the baseline's own row says, where there is one.
pub(super) fn baselines(rows: &[SizeRow]) -> Option<(usize, Flaw)> {
    let of_baseline = rows.iter().filter(|row| row.scheme == BASELINE);
    let bytes: BTreeMap<_, u64> = of_baseline.map(|row| (row.key(), row.bytes)).collect();
    rows.iter().enumerate().find_map(|(i, row)| {
        let bytes = bytes.get(&row.key())?;
        let given = row.baseline_bytes;
        let flaw = Flaw::unless(given == *bytes, "baseline_bytes", || {
            format!("`{given}`: the row of `{BASELINE}` says {bytes}")
        });
        Some((i, flaw?))
    })
}

/// A mean over no lookups is none.
pub(super) fn cost(row: &CostRow) -> Option<Flaw> {
    positive("lookups", row.lookups as f64).or_else(|| positive("instructions", row.instructions))
}

/// The counts of all outcomes of a fault are its trials.
pub(super) fn trials(rows: &[SafetyRow]) -> Option<(usize, Flaw)> {
    let fault = |row: &SafetyRow| (row.scheme.clone(), row.key(), row.fault, row.policy);
    let mut counts = BTreeMap::<_, u64>::new();
    for row in rows {
        let sum = counts.entry(fault(row)).or_default();
        *sum = sum.saturating_add(row.count);
    }
    rows.iter().enumerate().find_map(|(i, row)| {
        let sum = counts.get(&fault(row))?;
        let flaw = Flaw::unless(row.trials == *sum, "trials", || {
            format!("`{}`: the counts add up to {sum}", row.trials)
        });
        Some((i, flaw?))
    })
}

/// Work takes time.
pub(super) fn sample(row: &SampleRow) -> Option<Flaw> {
    positive("lookups", row.lookups as f64).or_else(|| positive("ns", row.ns as f64))
}

/// So does a lookup; and an interval has its ends in order.
pub(super) fn latency(row: &LatencyRow) -> Option<Flaw> {
    positive("ns", row.ns)
        .or_else(|| positive("ratio", row.ratio))
        .or_else(|| interval("ratio_lo", row.ratio_lo, row.ratio_hi))
}

/// The same over modules; and a probability is one.
pub(super) fn pooled(row: &PooledRow) -> Option<Flaw> {
    positive("ratio", row.ratio)
        .or_else(|| interval("ratio_lo", row.ratio_lo, row.ratio_hi))
        .or_else(|| interval("here_lo", row.here_lo, row.here_hi))
        .or_else(|| at_most("p_holm", row.p_holm, 1.0, "certainty"))
}

fn interval(column: &'static str, lo: Option<f64>, hi: Option<f64>) -> Option<Flaw> {
    let (lo, hi) = lo.zip(hi)?;
    at_most(column, lo, hi, "the upper end")
}
