//! What a lookup does, counted: the same on every run of the same binary.

use crate::decision::Decision;
use crate::figures::geometric_mean;
use crate::format::{NONE, count, percent, plain, times};
use crate::results::{BASELINE, CostRow, Queries, Results};
use crate::table::Table;

/// One line per program: what a cache of PCs in front of any scheme, or
/// looking up each PC of a stack once, would save.
pub(crate) fn walk_table(results: &Results) -> Option<Table> {
    let head = [
        "program",
        "stacks",
        "frames",
        "deepest",
        "hits of 16 PCs",
        "hits of 1,024 PCs",
        "PC occurred before in the stack",
    ];
    let mut table = Table::new(1, head);
    for r in results.walks.as_deref()? {
        let counts = [r.stacks, r.frames, r.deepest].map(count);
        let shares = [r.cache_16, r.cache_1024, r.repeated].map(percent);
        table.push(
            std::iter::once(r.module.clone())
                .chain(counts)
                .chain(shares),
        );
    }
    (!table.rows.is_empty()).then_some(table)
}

/// A column's title, the queries it is of, and its value.
type Column = (&'static str, Queries, fn(&CostRow) -> f64);

/// One line per scheme: geometric means over the modules of the headline, as
/// ratios to the baseline and as they are. `None` if nothing was counted.
pub(crate) fn table(results: &Results, decision: &Decision) -> Option<Table> {
    let rows = results.costs.as_deref()?;
    let keys = &decision.selection.modules;
    let wanted = |r: &&CostRow, scheme: &str, queries: Queries| {
        r.scheme == scheme && r.queries == queries && keys.contains(&r.key())
    };
    let mean = |scheme: &str, queries: Queries, value: fn(&CostRow) -> f64| {
        let rows = rows.iter().filter(|r| wanted(r, scheme, queries));
        geometric_mean(&rows.map(value).filter(|v| *v > 0.0).collect::<Vec<_>>())
    };
    let columns: [Column; 5] = [
        ("instructions", Queries::Uniform, |r| r.instructions),
        ("lines touched", Queries::Uniform, |r| {
            r.lines + r.scratch_lines
        }),
        ("bytes read", Queries::Uniform, |r| r.bytes_read),
        ("instructions, miss", Queries::Miss, |r| r.instructions),
        ("lines touched, miss", Queries::Miss, |r| {
            r.lines + r.scratch_lines
        }),
    ];
    let mut table = Table::new(1, ["scheme"]);
    table.head.extend(columns.map(|c| c.0.to_owned()));
    for scheme in &results.schemes {
        let cells = columns.map(|(_, queries, value)| {
            let own = mean(&scheme.name, queries, value);
            let base = mean(BASELINE, queries, value);
            own.zip(base).map_or_else(
                || NONE.to_owned(),
                |(own, base)| format!("{} ({})", plain(own), times(own / base)),
            )
        });
        table.push(std::iter::once(format!("`{}`", scheme.name)).chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}
