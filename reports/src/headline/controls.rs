//! The controls, which come first: whether to believe the rest.

use super::times::judged;
use crate::results::{EMPTY_LOOKUP, Results, Stratum};
use crate::stats::means::MeanRatio;
use crate::stats::{ControlCell, Controls};
use crate::table::Table;

/// What the controls came to; none if nothing was timed.
pub(crate) fn of(results: &Results) -> Option<Controls> {
    Some(Controls::of(results.pooled.as_deref()?))
}

/// What to say before anything else if a control did not come out as it must.
pub(crate) fn broken(results: &Results) -> Option<String> {
    let controls = of(results).filter(|controls| !controls.hold())?;
    Some(controls.to_string())
}

/// What failed controls mean for a recommendation.
pub(crate) const DECIDES_NOTHING: &str = "Lookup times decide nothing here.";

/// The first line of whatever recommends a scheme; none if nothing was timed.
pub(crate) fn sentence(results: &Results) -> Option<String> {
    let controls = of(results)?;
    let summary = controls.summary();
    Some(match controls.hold() {
        true => summary,
        false => format!("{summary} {DECIDES_NOTHING}"),
    })
}

/// The controls that did not come out as they must, one a line.
pub(crate) fn failures(results: &Results) -> Vec<String> {
    of(results).map_or_else(Vec::new, |controls| controls.failures())
}

/// Every control in every scenario that claims rest on, and what it must be;
/// and what the timed loop costs.
pub(crate) fn table(results: &Results) -> Option<Table> {
    let pooled = results.pooled.as_deref()?;
    let head = [
        "control",
        "tier",
        "ISA",
        "collector",
        "scenario",
        "modules",
        "ratio",
        "must be",
        "holds?",
    ];
    let mut table = Table::new(5, head);
    let cells = Controls::of(pooled).cells;
    let checks = cells.iter().map(|cell: &ControlCell| {
        let holds = if cell.holds() { "yes" } else { "NO" };
        (&cell.row, cell.wanted.name(), holds)
    });
    let empty = pooled.iter();
    let empty = empty.filter(|row| row.scheme == EMPTY_LOOKUP && row.stratum == Stratum::All);
    let empty = empty.map(|row| (row, "the cost of the loop", "–"));
    for (row, wanted, holds) in checks.chain(empty) {
        table.push([
            format!("`{}`", row.scheme),
            row.tier.to_string(),
            row.isas.clone(),
            row.collector.to_string(),
            row.scenario().to_string(),
            row.n_modules.to_string(),
            judged(MeanRatio::pooled(row)),
            wanted.to_owned(),
            holds.to_owned(),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}
