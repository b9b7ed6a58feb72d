//! What the stacks of collections are like, and what schemes touch to walk them.

use crate::format::{count, percent};
use crate::results::{Depth, Results, Tier, TouchedRow, WalkRow};
use crate::table::Table;
use std::collections::BTreeMap;

/// One line per execution, those of wild modules first. `None` if nothing ran.
pub(crate) fn table(results: &Results) -> Option<Table> {
    let head = [
        "execution",
        "language",
        "collector",
        "collections",
        "frames",
        "median",
        "99th percentile",
        "deepest",
        "PC occurred before in the stack",
        "no live reference",
        "hits of 16 PCs",
        "hits of 1,024 PCs",
    ];
    let mut table = Table::new(3, head);
    let rows = results.walks.as_deref()?;
    let (wild, ours): (Vec<&WalkRow>, Vec<_>) = rows.iter().partition(|r| r.tier == Tier::Wild);
    for row in wild.into_iter().chain(ours) {
        let names = [
            row.execution.clone(),
            row.language.clone(),
            row.collector.to_string(),
        ];
        let counts = [
            row.collections,
            row.walked,
            row.median,
            row.p99,
            row.deepest,
        ]
        .map(count);
        let shares = [row.repeated, row.empty, row.cache_16, row.cache_1024].map(percent);
        table.push(names.into_iter().chain(counts).chain(shares));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Lines and pages of a walk, a line per execution and stack and a column per scheme.
/// `None` if nobody counted.
pub(crate) fn touched(results: &Results) -> Option<Table> {
    let mut table = Table::new(2, ["execution", "stack", "frames"]);
    let schemes = results.schemes.iter().map(|s| format!("`{}`", s.name));
    table.head.extend(schemes);
    let mut stacks: BTreeMap<(&str, Depth), Vec<&TouchedRow>> = BTreeMap::new();
    for row in results.touched.as_deref()? {
        let stack = (row.execution.as_str(), row.depth);
        stacks.entry(stack).or_default().push(row);
    }
    for ((execution, depth), rows) in stacks {
        let frames = rows.first().map_or(0, |row| row.frames);
        let cells = results.schemes.iter().map(|scheme| {
            let row = rows.iter().find(|row| row.scheme == scheme.name);
            row.map_or_else(String::new, |row| {
                format!("{} ({})", count(row.lines), count(row.pages))
            })
        });
        let names = [execution.to_owned(), depth.to_string(), count(frames)];
        table.push(names.into_iter().chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}
