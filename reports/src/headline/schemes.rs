//! The table a reader looks at first: one line per scheme.

use super::times::{LIKE_THESE, THESE, estimated, judged, like_these, these};
use crate::format::{count, known, percent, percent_range, plain};
use crate::results::{BASELINE, Results, SchemeRow};
use crate::stats::means::Spread;
use crate::stats::schemes::SchemeMeans;
use crate::stats::{Candidate, Criterion, Decision};
use crate::table::Table;

/// The baseline first, then from the smallest to the largest.
pub(super) fn by_size(decision: &Decision) -> Vec<&SchemeMeans> {
    let mut all: Vec<&SchemeMeans> = decision.schemes.iter().collect();
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

/// What a scheme tells of a PC.
pub(crate) fn kind(scheme: &SchemeRow) -> &'static str {
    match (scheme.exact, scheme.tri_state) {
        (true, true) => "tri-state",
        (true, false) => "exact",
        (false, _) => "not exact",
    }
}

/// Lines of reader and writer, and how many the compiler needs besides.
pub(crate) fn lines(scheme: &SchemeRow) -> String {
    let own = scheme.reader_lines + scheme.writer_lines;
    match scheme.compiler_lines {
        0 => count(own),
        more => format!("{}+{more}", count(own)),
    }
}

/// Everything known of each scheme, for the page.
pub(crate) fn full(decision: &Decision) -> Table {
    let mut table = Table::new(1, ["scheme", "bytes, mean", "min–max", "bytes in total"]);
    table.head.push("mean without `module_start`".to_owned());
    for cache in ["hot", "cold"] {
        table.head.extend([
            format!("{cache}, {THESE}"),
            format!("{cache}, {LIKE_THESE}"),
        ]);
    }
    let rest = [
        "encode, ns / safepoint",
        "answers",
        "lines to read + write",
        "lines in the compiler",
        "branches to read + write",
        "nesting to read, write",
        "fields drawn",
    ];
    table.head.extend(rest.map(str::to_owned));
    for means in by_size(decision) {
        let scheme = &means.scheme;
        table.push([
            format!("`{}`", scheme.name),
            known(means.bytes, mean),
            known(means.bytes, range),
            known(means.total, percent),
            known(means.without_start, mean),
            known(means.hot, these),
            known(means.hot, like_these),
            known(means.cold, these),
            known(means.cold, like_these),
            known(means.encode_ns, plain),
            kind(scheme).to_owned(),
            format!(
                "{} + {}",
                count(scheme.reader_lines),
                count(scheme.writer_lines)
            ),
            scheme.compiler_lines.to_string(),
            format!("{} + {}", scheme.reader_branches, scheme.writer_branches),
            format!("{}, {}", scheme.reader_nesting, scheme.writer_nesting),
            scheme.fields.to_string(),
        ]);
    }
    table
}

/// What fits a terminal of 100 columns; times are for modules like these.
pub(crate) fn compact(decision: &Decision) -> Table {
    let head = [
        "scheme", "bytes", "total", "hot", "cold", "lines", "answers",
    ];
    let mut table = Table::new(1, head);
    for means in by_size(decision) {
        table.push([
            means.scheme.name.clone(),
            known(means.bytes, mean),
            known(means.total, percent),
            known(means.hot, estimated),
            known(means.cold, estimated),
            lines(&means.scheme),
            kind(&means.scheme).to_owned(),
        ]);
    }
    table
}

/// What is published: both intervals of the times.
pub(crate) fn published(decision: &Decision) -> Table {
    let mut table = Table::new(1, ["scheme", "bytes, mean", "min–max", "in total"]);
    for cache in ["hot", "cold"] {
        table
            .head
            .extend([format!("{cache}, {THESE}"), LIKE_THESE.to_owned()]);
    }
    table.head.extend(["lines", "answers"].map(str::to_owned));
    for means in by_size(decision) {
        table.push([
            format!("`{}`", means.scheme.name),
            known(means.bytes, mean),
            known(means.bytes, range),
            known(means.total, percent),
            known(means.hot, these),
            known(means.hot, like_these),
            known(means.cold, these),
            known(means.cold, like_these),
            lines(&means.scheme),
            kind(&means.scheme).to_owned(),
        ]);
    }
    table
}

/// The issue's proposals beside what is recommended: what each leaves, and what it
/// takes to review.
pub(crate) fn proposals(decision: &Decision) -> Table {
    let head = [
        "",
        "scheme",
        "of the section, mean",
        "in total",
        "off the `.cwasm`",
        "lines",
        "answers",
    ];
    let mut table = Table::new(2, head);
    let issues = [
        ("today", BASELINE),
        ("equal maps shared", "consed"),
        ("PCs merged into ranges", "ranges"),
        ("both", "ranges-consed"),
    ];
    let ours = decision
        .recommended()
        .map(|own| ("recommended", own.name.as_str()));
    for (what, name) in issues.into_iter().chain(ours) {
        let candidate = decision.candidate(name);
        let means = candidate.and_then(|own| decision.means(&own.scheme.name));
        if let Some((candidate, means)) = candidate.zip(means) {
            let file = decision.gap(name, Criterion::Cwasm);
            table.push([
                what.to_owned(),
                format!("`{name}`"),
                known(means.bytes, mean),
                known(means.total, percent),
                known(file, |gap| match gap.hi > 0.0 {
                    true => format!("up to {}, or more than today", percent(-gap.lo)),
                    false => percent_range(-gap.hi, -gap.lo),
                }),
                lines_of(candidate),
                kind(&means.scheme).to_owned(),
            ]);
        }
    }
    table
}

/// Lines of reader and writer, and how many compiler and memo need besides.
pub(crate) fn lines_of(candidate: &Candidate) -> String {
    let scheme = &candidate.scheme;
    match candidate.memo {
        0 => lines(scheme),
        _ => format!("{}+{}", lines(scheme), scheme.memo_lines),
    }
}

/// What every scheme takes in every scenario, over those modules of the
/// headline that were timed in it.
pub(crate) fn scenarios(results: &Results, decision: &Decision) -> Table {
    let schemes = by_size(decision).into_iter().map(|m| &m.scheme.name);
    let schemes: Vec<&String> = schemes.filter(|name| *name != BASELINE).collect();
    let mut table = Table::new(3, ["cache", "queries", "timed", "modules"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    let headline = &decision.headline;
    for (scenario, timed) in headline.timed(results) {
        let row = [
            scenario.cache.to_string(),
            scenario.queries.to_string(),
            scenario.timed.to_string(),
            timed.to_string(),
        ];
        let means = schemes
            .iter()
            .map(|scheme| known(headline.mean(results, scheme, scenario), judged));
        table.push(row.into_iter().chain(means));
    }
    table
}

/// What every scheme takes where recorded stacks were looked up, if that is not
/// what the headline rests on anyway.
pub(crate) fn walks(results: &Results, decision: &Decision) -> Option<(usize, Table)> {
    let walks = decision.headline.with_walks(results)?;
    let mut table = Table::new(1, ["scheme"]);
    for scenario in walks.scenarios() {
        let cache = scenario.cache;
        table.head.extend([
            format!("{cache}, {THESE}"),
            format!("{cache}, {LIKE_THESE}"),
        ]);
    }
    for means in by_size(decision)
        .into_iter()
        .filter(|m| m.scheme.name != BASELINE)
    {
        let name = &means.scheme.name;
        let cells = walks.scenarios().flat_map(|scenario| {
            let mean = walks.mean(results, name, scenario);
            [known(mean, these), known(mean, like_these)]
        });
        table.push(std::iter::once(format!("`{name}`")).chain(cells));
    }
    Some((walks.modules.len(), table))
}
