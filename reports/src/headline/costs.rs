//! What a lookup does, counted: the same on every run of the same program.

use crate::format::{known, plain, times};
use crate::results::{CostRow, Queries, Results};
use crate::stats::Decision;
use crate::stats::schemes::mean_cost;
use crate::table::Table;

/// A column's title, the queries it is of, and its value.
type Column = (&'static str, Queries, fn(&CostRow) -> f64);

/// One line per scheme: geometric means over the modules of the headline, as
/// they are and as ratios to the baseline. `None` if nothing was counted.
pub(crate) fn table(results: &Results, decision: &Decision) -> Option<Table> {
    use Queries::{Miss, Uniform};
    results.costs.as_ref()?;
    let lines = |row: &CostRow| row.lines + row.scratch_lines;
    let columns: [Column; 5] = [
        ("instructions", Uniform, |row| row.instructions),
        ("lines touched", Uniform, lines),
        ("bytes read", Uniform, |row| row.bytes_read),
        ("instructions, miss", Miss, |row| row.instructions),
        ("lines touched, miss", Miss, lines),
    ];
    let mut table = Table::new(1, ["scheme"]);
    table
        .head
        .extend(columns.map(|(title, ..)| title.to_owned()));
    for scheme in &results.schemes {
        let cells = columns.map(|(_, queries, value)| {
            let modules = &decision.headline.modules;
            let cost = mean_cost(results, modules, &scheme.name, queries, value);
            known(cost, |c| format!("{} ({})", plain(c.mean), times(c.ratio)))
        });
        table.push(std::iter::once(format!("`{}`", scheme.name)).chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}
