//! What the times rest on: how many runs, on which machines, when.

use crate::format::{list, percent, plural};
use crate::results::{BASELINE, Fact, Results, RunRow};
use crate::stats::{Decision, MeanRatio};
use std::collections::BTreeMap;

/// `Lookups were timed in 8 runs on A, from … to ….`, and what that makes of the
/// intervals.
pub(crate) fn sentences(results: &Results, decision: &Decision) -> String {
    let Some(runs) = results.runs.as_deref().filter(|runs| !runs.is_empty()) else {
        let cpu = results.provenance.text(Fact::Cpu);
        let cpu = cpu.as_deref().unwrap_or("unknown");
        return format!("Measured on: {cpu}.");
    };
    let mut machines: BTreeMap<&str, usize> = BTreeMap::new();
    for run in runs {
        *machines.entry(&run.machine).or_default() += 1;
    }
    let machines = machines.into_iter();
    let machines = machines.map(|(name, n)| format!("{} on {name}", plural(n, "run")));
    let machines: Vec<String> = machines.collect();
    let began = runs.iter().map(|run: &RunRow| run.began.as_str()).min();
    let ended = runs.iter().map(|run: &RunRow| run.ended.as_str()).max();
    let mut text = format!("Lookups were timed in {}", list(&machines));
    if let (Some(began), Some(ended)) = (began, ended) {
        text += &format!(", from {began} to {ended}");
    }
    text + ". " + &widths(decision, runs.len()) + &processes(results)
}

/// What the executions in Wasmtime rest on, which are timed apart from the lookups.
fn processes(results: &Results) -> String {
    let rows = || results.executions.iter().flatten().map(|row| row.processes);
    match rows().min().zip(rows().max()) {
        None => String::new(),
        Some((least, most)) if least == most => {
            format!(
                " Executions in Wasmtime were timed apart from that, in {least} rounds of processes."
            )
        }
        Some((least, most)) => format!(
            " Executions in Wasmtime were timed apart from that, in {least} to {most} rounds of processes."
        ),
    }
}

/// How far the interval of the scheme reaches that half of the others reach beyond.
fn widths(decision: &Decision, runs: usize) -> String {
    let reach = |ends: fn(MeanRatio) -> Option<(f64, f64)>| {
        let others = decision.schemes.iter();
        let others = others.filter(|means| means.scheme.name != BASELINE);
        let reaches = others.filter_map(|means| {
            let (lo, hi) = ends(means.hot?)?;
            Some((hi / lo).sqrt() - 1.0)
        });
        let mut reaches: Vec<f64> = reaches.collect();
        reaches.sort_by(f64::total_cmp);
        reaches.get(reaches.len() / 2).copied()
    };
    match (reach(|mean| mean.these), reach(|mean| mean.like_these)) {
        (Some(these), Some(like)) => format!(
            "Half of the schemes have a hot lookup known to {} or better for these modules in these hours, which says little of another day, and to {} for modules like these.",
            percent(these),
            percent(like)
        ),
        _ if runs == 1 => "One run cannot tell how runs differ, so no ratio has an interval and every verdict is `inconclusive`.".to_owned(),
        _ => String::new(),
    }
}
