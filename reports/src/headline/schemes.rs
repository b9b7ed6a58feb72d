//! The table a reader looks at first: one line per scheme.

use crate::format::{NONE, count, known, percent, percent_range, plain, plural, times, yes};
use crate::results::{BASELINE, Class, Results};
use crate::stats::Decision;
use crate::stats::headline::scenarios_of;
use crate::stats::means::{MeanRatio, Spread, time_ratios};
use crate::stats::safety::{Tally, in_force};
use crate::stats::schemes::SchemeMeans;
use crate::table::Table;

/// The baseline first, then from the smallest to the largest.
fn by_size(decision: &Decision) -> Vec<&SchemeMeans> {
    let mut all: Vec<&SchemeMeans> = decision.candidates.iter().map(|c| &c.means).collect();
    let bytes = |means: &SchemeMeans| means.bytes.map_or(f64::INFINITY, |spread| spread.mean);
    all.sort_by(|a, b| {
        let is_other = |means: &SchemeMeans| means.scheme.name != BASELINE;
        let first = is_other(a).cmp(&is_other(b));
        first.then(bytes(a).total_cmp(&bytes(b)))
    });
    all
}

fn mean(spread: Spread) -> String {
    percent(spread.mean)
}

fn range(spread: Spread) -> String {
    percent_range(spread.min, spread.max)
}

/// Everything known of each scheme, for the page.
pub(crate) fn full(results: &Results, decision: &Decision) -> Table {
    let head = [
        "scheme",
        "bytes, % of exact",
        "min–max",
        "without `module_start`",
        "hot lookup",
        "cold lookup",
        "encode, ns / safepoint",
        "exact?",
        "lines in Wasmtime's compiler",
        "knows empties?",
        "lines to read + write",
    ];
    let mut table = Table::new(1, head);
    if results.safety.is_some() {
        table.head.push("faults answered wrongly".to_owned());
    }
    for means in by_size(decision) {
        let scheme = &means.scheme;
        let (reader, writer) = (count(scheme.reader_lines), count(scheme.writer_lines));
        let mut row = vec![
            format!("`{}`", scheme.name),
            known(means.bytes, mean),
            known(means.bytes, range),
            known(means.without_start, mean),
            known(means.hot, |mean| mean.to_string()),
            known(means.cold, |mean| mean.to_string()),
            known(means.encode_ns, plain),
            yes(scheme.exact),
            count(scheme.compiler_lines),
            yes(scheme.tri_state),
            format!("{reader} + {writer}"),
        ];
        row.extend(answered_wrongly(results, &scheme.name));
        table.push(row);
    }
    table
}

/// The share of the injected faults that a scheme answers wrongly; no column
/// at all if none were injected.
fn answered_wrongly(results: &Results, scheme: &str) -> Option<String> {
    let in_force = in_force(results.safety.as_deref()?, scheme);
    let all = Tally::sum(in_force.faults.values());
    Some(match all.total() {
        0 => NONE.to_owned(),
        _ => format!(
            "{} ({})",
            percent(all.share(Class::Harmful)),
            in_force.policy
        ),
    })
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
        "compiler",
    ];
    let mut table = Table::new(1, head);
    let time = |mean: MeanRatio| match mean.lo == mean.hi {
        true => times(mean.ratio),
        false => {
            let (lo, hi) = (plain(mean.lo), plain(mean.hi));
            format!("{} {lo}–{hi}", times(mean.ratio))
        }
    };
    for means in by_size(decision) {
        let compiler = match means.scheme.compiler_lines {
            0 => "as is".to_owned(),
            lines => plural(lines as usize, "line"),
        };
        table.push([
            means.scheme.name.clone(),
            known(means.bytes, mean),
            known(means.bytes, range),
            known(means.hot, time),
            known(means.cold, time),
            known(means.encode_ns, |ns| format!("{} ns", plain(ns))),
            yes(means.scheme.exact),
            compiler,
        ]);
    }
    table
}

/// Mean lookup time of every scheme in every scenario, over those modules of
/// the headline that were timed in it.
pub(crate) fn scenarios(results: &Results, decision: &Decision) -> Table {
    let schemes = by_size(decision).into_iter().map(|m| &m.scheme.name);
    let schemes: Vec<&String> = schemes.filter(|name| *name != BASELINE).collect();
    let mut table = Table::new(3, ["cache", "queries", "timed", "modules"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    for scenario in scenarios_of(results) {
        let modules = &decision.headline.modules;
        let ratios = schemes.iter();
        let ratios = ratios.map(|scheme| time_ratios(results, modules, scheme, scenario));
        let ratios: Vec<_> = ratios.collect();
        let timed = ratios.iter().map(|ratios| ratios.len()).max();
        let row = [
            scenario.cache.to_string(),
            scenario.queries.to_string(),
            scenario.timed.to_string(),
            timed.unwrap_or(0).to_string(),
        ];
        let means = ratios.into_iter().map(|r| MeanRatio::of(r.into_values()));
        let means = means.map(|mean| known(mean, |mean| mean.to_string()));
        table.push(row.into_iter().chain(means));
    }
    table
}
