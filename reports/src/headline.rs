//! The table a reader looks at first: one line per scheme.

use crate::decision::Decision;
use crate::figures::{Estimate, Figures, latency_ratios};
use crate::format::{NONE, count, estimate, percent, percent_range, plain, times, yes};
use crate::results::{BASELINE, Class, Results};
use crate::safety::{Tally, in_force};
use crate::select;
use crate::table::Table;

/// The baseline first, then from the smallest to the largest.
fn by_size(decision: &Decision) -> Vec<&Figures> {
    let mut all: Vec<&Figures> = decision.candidates.iter().map(|c| &c.figures).collect();
    let bytes = |f: &Figures| f.bytes.map_or(f64::INFINITY, |b| b.mean);
    all.sort_by(|a, b| {
        let later = |f: &Figures| f.scheme.name != BASELINE;
        later(a).cmp(&later(b)).then(bytes(a).total_cmp(&bytes(b)))
    });
    all
}

/// Everything known of each scheme, for the page.
pub(crate) fn full(results: &Results, decision: &Decision) -> Table {
    let mut table = Table::new(
        1,
        [
            "scheme",
            "bytes, % of exact",
            "min–max",
            "without `module_start`",
            "hot lookup",
            "cold lookup",
            "encode, ns / safepoint",
            "exact?",
            "needs a Cranelift change?",
            "knows empties?",
            "lines to read + write",
        ],
    );
    let safety = results.safety.as_deref();
    if safety.is_some() {
        table.head.push("faults answered wrongly".to_owned());
    }
    for f in by_size(decision) {
        let scheme = &f.scheme;
        let time = |e: Option<Estimate>| e.map_or_else(none, |e| estimate(&e));
        let mut row = vec![
            format!("`{}`", scheme.name),
            f.bytes.map_or_else(none, |b| percent(b.mean)),
            f.bytes.map_or_else(none, |b| percent_range(&b)),
            f.without_start.map_or_else(none, |b| percent(b.mean)),
            time(f.hot),
            time(f.cold),
            f.encode_ns.map_or_else(none, plain),
            yes(scheme.exact),
            yes(scheme.records_empties),
            yes(scheme.tri_state),
            format!(
                "{} + {}",
                count(scheme.reader_lines),
                count(scheme.writer_lines)
            ),
        ];
        if let Some(rows) = safety {
            let (policy, faults) = in_force(rows, &scheme.name);
            let mut total = Tally::default();
            faults.values().for_each(|tally| total.add(tally));
            row.push(match total.total() {
                0 => none(),
                _ => format!("{} ({policy})", percent(total.share(Class::Harmful))),
            });
        }
        table.push(row);
    }
    table
}

/// What fits a terminal of 100 columns.
pub(crate) fn compact(decision: &Decision) -> Table {
    let head = [
        "scheme",
        "bytes",
        "min–max",
        "hot",
        "cold",
        "encode",
        "exact",
        "Cranelift",
    ];
    let mut table = Table::new(1, head);
    for f in by_size(decision) {
        let time = |e: Option<Estimate>| {
            e.map_or_else(none, |e| match e.lo == e.hi {
                true => times(e.ratio),
                false => format!("{} {}–{}", times(e.ratio), plain(e.lo), plain(e.hi)),
            })
        };
        table.push([
            f.scheme.name.clone(),
            f.bytes.map_or_else(none, |b| percent(b.mean)),
            f.bytes.map_or_else(none, |b| percent_range(&b)),
            time(f.hot),
            time(f.cold),
            f.encode_ns
                .map_or_else(none, |ns| format!("{} ns", plain(ns))),
            yes(f.scheme.exact),
            if f.scheme.records_empties {
                "changes"
            } else {
                "as is"
            }
            .to_owned(),
        ]);
    }
    table
}

/// Mean lookup time of every scheme in every scenario, over those modules of
/// the headline that were timed in it.
pub(crate) fn scenarios(results: &Results, decision: &Decision) -> Table {
    let schemes: Vec<&str> = by_size(decision)
        .iter()
        .map(|f| f.scheme.name.as_str())
        .collect();
    let schemes: Vec<&str> = schemes.into_iter().filter(|s| *s != BASELINE).collect();
    let mut table = Table::new(3, ["cache", "queries", "timed", "modules"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    for scenario in select::scenarios(results) {
        let mut modules = 0;
        let cells: Vec<String> = schemes
            .iter()
            .map(|scheme| {
                let chosen = &decision.selection.modules;
                let ratios = latency_ratios(results, chosen, scheme, &scenario);
                modules = modules.max(ratios.len());
                Estimate::of(ratios.into_values()).map_or_else(none, |e| estimate(&e))
            })
            .collect();
        let row = [
            scenario.cache.to_string(),
            scenario.queries.to_string(),
            scenario.timed.to_string(),
            modules.to_string(),
        ];
        table.push(row.into_iter().chain(cells));
    }
    table
}

fn none() -> String {
    NONE.to_owned()
}
