//! What the schemes touch of their sections while a stack is walked.

use super::figure::Figure;
use super::heatmap::{BYTES, Grid, figure as heat, schemes};
use crate::format::percent_number;
use crate::results::{BASELINE, Depth, Results, TouchedRow};
use std::collections::BTreeMap;

/// Lines of a walk, each scheme against the baseline. `None` unless they were counted.
pub(super) fn figure(results: &Results) -> Option<Figure> {
    let touched = results.touched.as_deref()?;
    let median: Vec<&TouchedRow> = touched
        .iter()
        .filter(|row| row.depth == Depth::Median)
        .collect();
    let of_baseline = median.iter().filter(|row| row.scheme == BASELINE);
    let baseline: BTreeMap<String, u64> = of_baseline.map(|row| (label(row), row.lines)).collect();
    let mut rows: Vec<String> = Vec::new();
    let mut values = BTreeMap::new();
    for row in median {
        let label = label(row);
        let Some(lines @ 1..) = baseline.get(&label).copied() else {
            continue;
        };
        let ratio = row.lines as f64 / lines as f64;
        values.insert((label.clone(), row.scheme.clone()), ratio);
        if !rows.contains(&label) {
            rows.push(label);
        }
    }
    let grid = Grid {
        head: "execution",
        rows,
        columns: schemes(results),
        values,
        ends: BYTES,
        text: percent_number,
    };
    let what = "Different cache lines of the section that are read while a stack of median depth is walked, as a percentage of those that exact reads; in parentheses the frames of the stack. Below 100 is better";
    let title = "Cache lines of a walk".to_owned();
    (!grid.rows.is_empty()).then(|| heat("heat-walk-lines".to_owned(), title, what, &grid))
}

fn label(row: &TouchedRow) -> String {
    let TouchedRow {
        execution, frames, ..
    } = row;
    format!("{execution} ({frames})")
}
