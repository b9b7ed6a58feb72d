//! One row per scheme and scenario: `latency.csv`.

use super::interval::{ALPHA, Cell as Weighted, Estimate, Means};
use super::sample::{Cell, Setting};
use super::verdict::{Band, Finding};
use super::{round, seed_of};
use crate::results::{AGAIN, BASELINE, Collector, Isa, LatencyRow, Scenario, Tier, Verdict};
use rayon::prelude::*;
use std::collections::HashMap;

/// What a cell is known to be worth; `None` with a single process.
pub(super) type Estimates = Vec<Option<Estimate>>;

/// Estimates for all cells, in their order whatever the number of threads.
pub(super) fn estimates(cells: &[Cell], seed: u64) -> Estimates {
    let of_cell = |cell: &Cell| {
        let names = std::iter::once(cell.scheme.as_str()).chain(cell.setting.names());
        let seed = seed_of(seed, names);
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
            _ => bands.get(&across_modules(&cell.setting)).copied(),
        };
        row(cell, *estimate, band)
    };
    cells.iter().zip(estimates).map(row).collect()
}

fn row(cell: &Cell, estimate: Option<Estimate>, band: Option<Band>) -> LatencyRow {
    let is_baseline = cell.scheme == BASELINE;
    let finding = Finding::new(estimate, band);
    let interval = estimate.map(|e| e.interval(ALPHA));
    let Setting {
        tier,
        module,
        scenario,
    } = cell.setting.clone();
    LatencyRow {
        scheme: cell.scheme.clone(),
        module: module.module,
        isa: module.isa,
        tier,
        queries: scenario.queries,
        cache: scenario.cache,
        timed: scenario.timed,
        ns: round(cell.ns, 3),
        ratio: round(Means::new(vec![weighted(cell, 1.0)]).log.exp(), 6),
        ratio_lo: interval.map(|i| round(i.0.exp(), 6)),
        ratio_hi: interval.map(|i| round(i.1.exp(), 6)),
        verdict: if is_baseline {
            Verdict::Same
        } else {
            finding.verdict(finding.p)
        },
        collector: module.collector,
        band: band.map(|b| round(b.differs.exp(), 6)),
        processes: cell.processes.len(),
        blocks: cell.processes.iter().map(|(_, blocks)| blocks.len()).sum(),
    }
}

/// A setting with the name of the module left open.
type AcrossModules = (Tier, Isa, Collector, Scenario);

fn across_modules(s: &Setting) -> AcrossModules {
    (s.tier, s.module.isa, s.module.collector, s.scenario)
}

/// How far identical code is seen to differ in one module, as the root mean
/// square over all modules of the same scenario: one module's A/A interval is
/// too much a matter of luck to judge that module by.
fn bands(cells: &[Cell], estimates: &Estimates) -> HashMap<AcrossModules, Band> {
    let mut extents = HashMap::<_, Vec<f64>>::new();
    for (cell, estimate) in cells.iter().zip(estimates) {
        if let (AGAIN, Some(estimate)) = (cell.scheme.as_str(), estimate) {
            extents
                .entry(across_modules(&cell.setting))
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
