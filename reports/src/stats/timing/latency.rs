//! One row per scheme and setting: `latency.csv`.

use super::cell::{Cell, Setting, Unit};
use super::estimate::{ALPHA, Estimate, WeightedMean};
use super::verdict::{Band, Finding};
use crate::results::{AGAIN, BASELINE, Collector, Isa, LatencyRow, Scenario, Tier, Verdict};
use crate::stats::arithmetic::round;
use std::collections::HashMap;

/// Rows for all cells, in their order.
pub(super) fn rows(cells: &[Cell]) -> Vec<LatencyRow> {
    let mean = |cell: &Cell| WeightedMean::new(vec![Unit::of([cell]).weighing(cell, 1.0)]);
    let means: Vec<WeightedMean> = cells.iter().map(mean).collect();
    let estimates: Vec<Option<Estimate>> = means.iter().map(WeightedMean::estimate).collect();
    let bands = bands(cells, &estimates);
    let row = |((cell, mean), estimate): ((&Cell, &WeightedMean), &Option<Estimate>)| {
        let band = match cell.scheme.as_str() {
            AGAIN => Some(Band::for_again()),
            _ => bands.get(&Across::modules(&cell.setting)).copied(),
        };
        row(cell, mean.log, *estimate, band)
    };
    let cells = cells.iter().zip(&means).zip(&estimates);
    cells.map(row).collect()
}

fn row(cell: &Cell, log: f64, estimate: Option<Estimate>, band: Option<Band>) -> LatencyRow {
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
        ratio: round(log.exp(), 6),
        ratio_lo: interval.map(|i| round(i.0.exp(), 6)),
        ratio_hi: interval.map(|i| round(i.1.exp(), 6)),
        verdict: match cell.scheme.as_str() {
            BASELINE => Verdict::Same,
            _ => finding.verdict(finding.p),
        },
        collector: module.collector,
        band: band.map(|b| round(b.differs.exp(), 6)),
        processes: cell.processes(),
        blocks: cell.runs.iter().map(|run| run.blocks).sum(),
        runs: cell.runs.len(),
        machines: cell.machines().len(),
    }
}

/// A setting with the name of the module left open.
#[derive(PartialEq, Eq, Hash)]
struct Across {
    tier: Tier,
    isa: Isa,
    collector: Collector,
    scenario: Scenario,
}

impl Across {
    fn modules(setting: &Setting) -> Across {
        Across {
            tier: setting.tier,
            isa: setting.module.isa,
            collector: setting.module.collector,
            scenario: setting.scenario,
        }
    }
}

/// How far identical code is seen to differ in one module, as the root mean
/// square over all modules of the same scenario: one module's A/A interval is
/// too much a matter of luck to judge that module by.
fn bands(cells: &[Cell], estimates: &[Option<Estimate>]) -> HashMap<Across, Band> {
    let mut extents = HashMap::<_, Vec<f64>>::new();
    for (cell, estimate) in cells.iter().zip(estimates) {
        if let (AGAIN, Some(estimate)) = (cell.scheme.as_str(), estimate) {
            let extents = extents.entry(Across::modules(&cell.setting));
            extents.or_default().push(estimate.extent());
        }
    }
    let root_mean_square =
        |v: Vec<f64>| (v.iter().map(|x| x * x).sum::<f64>() / v.len() as f64).sqrt();
    let bands = extents.into_iter();
    let bands = bands.map(|(across, v)| (across, Band::from_again(root_mean_square(v))));
    bands.collect()
}
