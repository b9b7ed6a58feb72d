//! One row per scheme and scenario: `latency.csv`.

use super::interval::{ALPHA, Cell as Weighted, Estimate, Means};
use super::sample::{Cell, Scenario};
use super::verdict::{Band, Finding, Verdict};
use super::{AGAIN, BASELINE, round, seed_of};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A row of `latency.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyRow {
    /// Name of the scheme.
    pub scheme: String,
    /// Name of the module.
    pub module: String,
    /// Instruction set of the module.
    pub isa: String,
    /// Tier of the corpus.
    pub tier: String,
    /// Which PCs were looked up.
    pub queries: String,
    /// State of the caches.
    pub cache: String,
    /// What a lookup includes.
    pub timed: String,
    /// Nanoseconds per lookup, median over processes.
    pub ns: f64,
    /// Time over that of the baseline; below 1 is faster.
    pub ratio: f64,
    /// Lower end of the 95 % interval; empty when one process is all there is.
    pub ratio_lo: Option<f64>,
    /// Upper end of the 95 % interval; empty when one process is all there is.
    pub ratio_hi: Option<f64>,
    /// By the unadjusted interval: read one row, not the best of many.
    pub verdict: Verdict,
    /// Collector the module was compiled for.
    pub collector: String,
    /// Upper end of the equivalence band; empty without an A/A control.
    pub band: Option<f64>,
    /// Processes behind the row.
    pub processes: usize,
    /// Blocks behind the row, over all processes.
    pub blocks: usize,
}

/// What a cell is known to be worth; `None` with a single process.
pub(super) type Estimates = Vec<Option<Estimate>>;

/// Estimates for all cells, in their order whatever the number of threads.
pub(super) fn estimates(cells: &[Cell], seed: u64) -> Estimates {
    let of_cell = |cell: &Cell| {
        let s = &cell.scenario;
        let names = [
            &cell.scheme,
            &s.tier,
            &s.module,
            &s.isa,
            &s.collector,
            &s.queries,
            &s.cache,
            &s.timed,
        ];
        let seed = seed_of(seed, names.map(String::as_str));
        Means::new(vec![weighted(cell, 1.0)]).estimate(seed)
    };
    cells.par_iter().map(of_cell).collect()
}

pub(super) fn weighted(cell: &Cell, weight: f64) -> Weighted<'_> {
    let processes = cell.processes.iter();
    Weighted {
        weight,
        processes: processes
            .map(|(id, blocks)| (*id, blocks.as_slice()))
            .collect(),
    }
}

/// Rows for all cells, in their order.
pub(super) fn rows(cells: &[Cell], estimates: &Estimates) -> Vec<LatencyRow> {
    let bands = bands(cells, estimates);
    let row = |(cell, estimate): (&Cell, &Option<Estimate>)| {
        let band = match cell.scheme.as_str() {
            AGAIN => Some(Band::for_again()),
            _ => bands.get(&across_modules(&cell.scenario)).copied(),
        };
        row(cell, *estimate, band)
    };
    cells.iter().zip(estimates).map(row).collect()
}

fn row(cell: &Cell, estimate: Option<Estimate>, band: Option<Band>) -> LatencyRow {
    let is_baseline = cell.scheme == BASELINE;
    let finding = Finding::new(estimate, band);
    let interval = estimate.map(|e| e.interval(ALPHA));
    let s = cell.scenario.clone();
    LatencyRow {
        scheme: cell.scheme.clone(),
        module: s.module,
        isa: s.isa,
        tier: s.tier,
        queries: s.queries,
        cache: s.cache,
        timed: s.timed,
        ns: round(cell.ns, 3),
        ratio: round(Means::new(vec![weighted(cell, 1.0)]).log.exp(), 6),
        ratio_lo: interval.map(|i| round(i.0.exp(), 6)),
        ratio_hi: interval.map(|i| round(i.1.exp(), 6)),
        verdict: if is_baseline {
            Verdict::Same
        } else {
            finding.verdict(finding.p)
        },
        collector: s.collector,
        band: band.map(|b| round(b.differs.exp(), 6)),
        processes: cell.processes.len(),
        blocks: cell.processes.iter().map(|(_, blocks)| blocks.len()).sum(),
    }
}

/// A scenario with the module left open.
fn across_modules(s: &Scenario) -> [&str; 6] {
    [
        &s.tier,
        &s.isa,
        &s.collector,
        &s.queries,
        &s.cache,
        &s.timed,
    ]
    .map(String::as_str)
}

/// How far identical code is seen to differ in one module, as the root mean
/// square over all modules of the same scenario: one module's A/A interval is
/// too much a matter of luck to judge that module by.
fn bands<'a>(cells: &'a [Cell], estimates: &Estimates) -> HashMap<[&'a str; 6], Band> {
    let mut extents = HashMap::<_, Vec<f64>>::new();
    for (cell, estimate) in cells.iter().zip(estimates) {
        if let (AGAIN, Some(estimate)) = (cell.scheme.as_str(), estimate) {
            extents
                .entry(across_modules(&cell.scenario))
                .or_default()
                .push(estimate.extent());
        }
    }
    let root_mean_square =
        |v: Vec<f64>| (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt();
    extents
        .into_iter()
        .map(|(key, v)| (key, Band::from_again(root_mean_square(v))))
        .collect()
}
