//! What a memo in front of any scheme would answer by itself.

use crate::format::{count, module, percent};
use crate::results::{MemoRow, Results, Tier};
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

/// One line per size of the memo: least, median and greatest share of the
/// lookups over the modules. `None` if none ran.
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

/// One line per wild module: the share at each size, cleared and kept. `None` if none
/// ran.
pub(crate) fn by_module(results: &Results) -> Option<Table> {
    let rows = results.memos.as_deref()?;
    let is_wild = |row: &&MemoRow| {
        let mut modules = results.modules.iter();
        modules.any(|m| m.tier == Tier::Wild && m.is_about(&row.key()))
    };
    let mut shares = BTreeMap::<_, BTreeMap<u64, [String; 2]>>::new();
    for row in rows.iter().filter(is_wild) {
        let at = shares.entry(row.key()).or_default();
        let cells = at.entry(row.entries).or_default();
        cells[usize::from(row.kept)] = percent(row.hit_rate());
    }
    let sizes: BTreeSet<u64> = shares.values().flat_map(BTreeMap::keys).copied().collect();
    let mut table = Table::new(1, ["module"]);
    table.head.extend(
        sizes
            .iter()
            .map(|&entries| format!("{} entries", count(entries))),
    );
    for (key, at) in &shares {
        let cells = sizes.iter().map(|entries| {
            at.get(entries)
                .map_or_else(String::new, |[cleared, kept]| format!("{cleared} ({kept})"))
        });
        table.push(std::iter::once(module(key)).chain(cells));
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
