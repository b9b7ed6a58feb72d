//! What executions in Wasmtime itself say: of our programs and of wild modules, side
//! by side.

use crate::format::{bytes, count, known, list, percent, plain, plural, times, with_interval};
use crate::results::{AGAIN, Collector, Results, Tier, WasmtimeRow};
use crate::stats::{self, Decision};
use crate::table::Table;
use std::collections::BTreeSet;

/// The executions with today's format, wild ones first.
fn today(results: &Results) -> Vec<&WasmtimeRow> {
    let rows = results.executions.iter().flatten();
    let rows = rows.filter(|row| row.is_today());
    let mut today: Vec<&WasmtimeRow> = rows.collect();
    today.sort_by_key(|row| (row.tier, &row.module, row.collector));
    today
}

/// By tier, what was executed.
fn by_tier<'r>(rows: &[&'r WasmtimeRow]) -> Vec<(Tier, Vec<&'r WasmtimeRow>)> {
    let of = |tier: Tier| rows.iter().copied().filter(move |row| row.tier == tier);
    let tiers: BTreeSet<Tier> = rows.iter().map(|row| row.tier).collect();
    tiers
        .into_iter()
        .map(|tier| (tier, of(tier).collect()))
        .collect()
}

/// `32 executions of 16 modules of the tier program`, tier by tier.
pub(crate) fn counted(results: &Results) -> Option<String> {
    let tiers = by_tier(&today(results)).into_iter().map(|(tier, own)| {
        let modules: BTreeSet<&str> = own.iter().map(|row| row.module.as_str()).collect();
        format!(
            "{} of {} of the tier {tier}",
            plural(own.len(), "execution"),
            plural(modules.len(), "module")
        )
    });
    let tiers: Vec<String> = tiers.collect();
    (!tiers.is_empty()).then(|| list(&tiers))
}

/// What all lookups are of a pause with today's format, tier by tier.
pub(crate) fn lookup_shares(results: &Results) -> Option<String> {
    let tiers = by_tier(&today(results))
        .into_iter()
        .filter_map(|(tier, own)| {
            let shares: Vec<f64> = own.iter().filter_map(|row| row.lookup_share).collect();
            let largest = shares.iter().copied().reduce(f64::max)?;
            let executions = plural(shares.len(), "execution");
            Some(format!(
                "{} in the median of {executions} of the tier {tier}, and at most {}",
                percent(stats::median(shares)),
                percent(largest)
            ))
        });
    let tiers: Vec<String> = tiers.collect();
    let tiers = (!tiers.is_empty()).then(|| tiers.join("; "))?;
    Some(format!(
        "Of today's pause all lookups together are {tiers}."
    ))
}

/// What writing the section is of the work to compile a module, with the recommended
/// scheme, today and with the control.
pub(crate) fn writer_shares(results: &Results, decision: &Decision) -> Option<String> {
    let own = decision.recommended()?;
    let rows: Vec<&WasmtimeRow> = results.executions.iter().flatten().collect();
    let tiers = by_tier(&rows).into_iter().filter_map(|(tier, rows)| {
        let of = |is_it: &dyn Fn(&WasmtimeRow) -> bool| {
            let rows = rows.iter().filter(|row| is_it(row));
            let shares: Vec<f64> = rows.filter_map(|row| row.writer_share).collect();
            let (n, most) = (shares.len(), shares.iter().copied().reduce(f64::max)?);
            Some((percent(stats::median(shares)), percent(most), n))
        };
        let (before, before_most, _) = of(&WasmtimeRow::is_today)?;
        let (again, again_most, _) = of(&|row| row.scheme == AGAIN)?;
        let (after, most, n) = of(&|row| row.scheme == own.scheme.name && row.memo == 0)?;
        Some(format!(
            "{after} in the median of {} of the tier {tier} and {most} at most, with today's format {before} and {before_most}, and with that built twice {again} and {again_most}",
            plural(n, "compile"),
        ))
    });
    let tiers: Vec<String> = tiers.collect();
    (!tiers.is_empty()).then(|| {
        format!(
            "Of all that processors do to compile a module, writing its section is {}. Each is of few timings, or of one, and has no interval. The writer runs on one thread, after the rest.",
            tiers.join("; ")
        )
    })
}

/// What the first collection after loading takes with the recommended scheme.
pub(crate) fn first_collections(results: &Results, decision: &Decision) -> Option<String> {
    let own = decision.recommended()?;
    let rows: Vec<&WasmtimeRow> = results.executions.iter().flatten().collect();
    let tiers = by_tier(&rows).into_iter().filter_map(|(tier, rows)| {
        let of = |scheme: &str, memo: u64| {
            let rows = rows.iter().copied();
            let rows = rows.filter(|row| row.scheme == scheme && row.memo == memo);
            let first = rows.filter_map(|row| Some((row.first_ratio?, row)));
            let mut first: Vec<(f64, &WasmtimeRow)> = first.collect();
            first.sort_by(|a, b| a.0.total_cmp(&b.0));
            first
        };
        let (own, again) = (of(&own.scheme.name, own.memo), of(AGAIN, 0));
        let ((most, row), (chance, _)) = (own.last()?, again.last()?);
        Some(format!(
            "{} in the median of {} of the tier {tier} and {} at most ({} with {}), with today's format built twice {} and {}",
            median(&own),
            plural(own.len(), "execution"),
            times(*most),
            row.module,
            row.collector,
            median(&again),
            times(*chance)
        ))
    });
    let tiers: Vec<String> = tiers.collect();
    (!tiers.is_empty()).then(|| {
        format!(
            "The figures above are of later runs. In the first after loading from a file pages are not present. Its first collection takes {}. These are medians of few rounds, without intervals.",
            tiers.join("; ")
        )
    })
}

/// Of ratios in ascending order.
fn median(ratios: &[(f64, &WasmtimeRow)]) -> String {
    times(stats::median(
        ratios.iter().map(|(ratio, _)| *ratio).collect(),
    ))
}

/// A title, and what a cell shows of an execution today and with the recommended
/// scheme.
type Column = (&'static str, fn(&WasmtimeRow, &WasmtimeRow) -> String);

/// Pauses, one line per execution; `None` without a recommendation that was executed.
pub(crate) fn pauses(results: &Results, decision: &Decision) -> Option<Table> {
    table(
        results,
        decision,
        &[
            ("collections", |today, _| count(today.collections)),
            ("frames", |today, _| count(today.frames)),
            ("lookups, of the pause", |today, _| {
                known(today.lookup_share, percent)
            }),
            ("walks, of the pause", |today, _| {
                known(today.walk_share, percent)
            }),
            ("pause, µs: median", |today, _| {
                microseconds(today.pause_ns)
            }),
            ("99th percentile", |today, _| {
                microseconds(today.pause_p99_ns)
            }),
            ("largest", |today, _| microseconds(today.pause_max_ns)),
            ("all pauses, then", |_, then| {
                let ends = then.pause_lo.zip(then.pause_hi);
                known(then.pause_ratio, |ratio| with_interval(ratio, ends))
            }),
            ("ns per frame", |today, then| {
                both(today.frame_ns, then.frame_ns, plain)
            }),
            ("lookups, by the memo", |_, then| {
                known(then.memo_hits, percent)
            }),
        ],
    )
}

/// Files, loading, the first collection, memory and compiling, one line per execution.
pub(crate) fn loads(results: &Results, decision: &Decision) -> Option<Table> {
    table(
        results,
        decision,
        &[
            ("section", |today, then| {
                both(today.section_bytes, then.section_bytes, bytes)
            }),
            ("`.cwasm`", |_, then| known(then.cwasm_ratio, percent)),
            ("load from bytes", |_, then| {
                let ends = then.load_bytes_lo.zip(then.load_bytes_hi);
                known(then.load_bytes_ratio, |ratio| with_interval(ratio, ends))
            }),
            ("load from a file", |_, then| {
                let ends = then.load_file_lo.zip(then.load_file_hi);
                known(then.load_file_ratio, |ratio| with_interval(ratio, ends))
            }),
            ("first collection", |_, then| known(then.first_ratio, times)),
            ("its page faults", |today, then| {
                both(today.first_faults, then.first_faults, plain)
            }),
            ("peak memory", |today, then| {
                both(today.peak_bytes, then.peak_bytes, |n| bytes(n as u64))
            }),
            ("compile", |_, then| {
                let ends = then.compile_lo.zip(then.compile_hi);
                known(then.compile_ratio, |ratio| with_interval(ratio, ends))
            }),
        ],
    )
}

fn microseconds(ns: Option<f64>) -> String {
    known(ns, |ns| plain(ns / 1e3))
}

/// `today → then`.
fn both<T>(today: Option<T>, then: Option<T>, show: fn(T) -> String) -> String {
    format!("{} → {}", known(today, show), known(then, show))
}

fn table(results: &Results, decision: &Decision, columns: &[Column]) -> Option<Table> {
    let own = decision.recommended()?;
    let rows = results.executions.as_deref()?;
    let then = |module: &str, collector: Collector| {
        rows.iter().find(|row| {
            let is_own = row.scheme == own.scheme.name && row.memo == own.memo;
            is_own && row.module == module && row.collector == collector
        })
    };
    let mut table = Table::new(3, ["module", "tier", "collector"]);
    table
        .head
        .extend(columns.iter().map(|(title, _)| (*title).to_owned()));
    for today in today(results) {
        if let Some(then) = then(&today.module, today.collector) {
            let words = [
                today.module.clone(),
                today.tier.to_string(),
                today.collector.to_string(),
            ];
            let cells = columns.iter().map(|(_, cell)| cell(today, then));
            table.push(words.into_iter().chain(cells));
        }
    }
    (!table.rows.is_empty()).then_some(table)
}
