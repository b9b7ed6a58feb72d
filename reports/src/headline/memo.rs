//! What a memo in front of any scheme would answer by itself.

use crate::format::{count, percent};
use crate::results::{MemoRow, Results};
use crate::table::Table;
use std::collections::BTreeSet;

/// One line per size of the memo: least, median and greatest share of the
/// lookups over the programs. `None` if none ran.
pub(crate) fn table(results: &Results) -> Option<Table> {
    let head = [
        "entries",
        "cleared at each collection",
        "kept from one collection to the next",
    ];
    let mut table = Table::new(0, head);
    let rows = results.memos.as_deref()?;
    let sizes: BTreeSet<u64> = rows.iter().map(|row| row.entries).collect();
    for entries in sizes {
        let own = |kept| {
            rows.iter()
                .filter(move |r| r.entries == entries && r.kept == kept)
        };
        let rates = |kept| spread(own(kept).map(MemoRow::hit_rate).collect());
        table.push([count(entries), rates(false), rates(true)]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// Least, median and greatest of some shares.
fn spread(mut shares: Vec<f64>) -> String {
    shares.sort_by(f64::total_cmp);
    let at = |i: usize| shares.get(i).copied().map_or_else(String::new, percent);
    let last = shares.len().saturating_sub(1);
    format!("{} – {} – {}", at(0), at(shares.len() / 2), at(last))
}
