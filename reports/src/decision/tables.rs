//! Tables of the decision: what became of every scheme, and what would change
//! the verdict.

use crate::format::{NONE, known, list, module, percent};
use crate::headline::strata::words;
use crate::headline::times::{THESE, these};
use crate::results::Stratum;
use crate::stats::{Candidate, Decision, Fate, Outcome, Shares, Subset};
use crate::table::Table;

/// Every scheme with what became of it.
pub(crate) fn score_table(decision: &Decision) -> Table {
    let mut table = Table::new(2, ["scheme", "what became of it", "bytes, mean"]);
    let times = ["hot", "cold"].map(|cache| format!("{cache}, {THESE}"));
    table.head.extend(times);
    table.head.push("score".to_owned());
    for Candidate { means, fate } in &decision.candidates {
        let (what, score) = match fate {
            Fate::Ranked(score) => ("ranked".to_owned(), score.to_string()),
            Fate::Dominated(by) => (format!("dominated by `{by}`"), NONE.to_owned()),
            Fate::Excluded(broken) => {
                let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
                (format!("excluded: {}", list(&broken)), NONE.to_owned())
            }
        };
        table.push([
            format!("`{}`", means.scheme.name),
            what,
            known(means.bytes, |spread| percent(spread.mean)),
            known(means.hot, these),
            known(means.cold, these),
            score,
        ]);
    }
    table
}

/// Headed tables that say what would change the verdict.
pub(crate) fn sensitivity_tables(decision: &Decision) -> Vec<(&'static str, Table)> {
    let sensitivity = &decision.sensitivity;
    let modules = sensitivity.without_module.iter();
    let modules = modules.map(|(key, lowest)| (module(key), lowest_of(lowest)));
    let start = "`module_start`, everywhere".to_owned();
    let start = (start, sensitivity.without_start.to_string());
    let toolchains = sensitivity.without_toolchain.iter();
    let toolchains = toolchains.map(|(name, lowest)| (name.clone(), lowest_of(lowest)));
    let mut tables = vec![
        ("Modules of one size", subsets(&sensitivity.strata)),
        ("One toolchain less", left_out(toolchains)),
        ("One module less", left_out(modules.chain([start]))),
        (
            "More or less weight for the bytes, hot and cold in proportion",
            shares(&sensitivity.bytes_share),
        ),
        (
            "All weightings in steps of 10 %",
            weightings(&sensitivity.grid),
        ),
    ];
    if !sensitivity.subsets.is_empty() {
        tables.push(("Other modules", subsets(&sensitivity.subsets)));
    }
    tables.retain(|(_, table)| !table.rows.is_empty());
    tables
}

fn lowest_of(scheme: &Option<String>) -> String {
    known(scheme.as_ref(), |scheme| format!("`{scheme}`"))
}

fn left_out(lowest: impl Iterator<Item = (String, String)>) -> Table {
    let mut table = Table::new(2, ["left out", "lowest score"]);
    lowest.for_each(|(name, lowest)| table.push([name, lowest]));
    table
}

fn shares(ranges: &[Shares]) -> Table {
    let mut table = Table::new(2, ["weight of the bytes", "verdict"]);
    for Shares { from, to, outcome } in ranges {
        let span = match from == to {
            true => format!("{from} %"),
            false => format!("{from}–{to} %"),
        };
        table.push([span, outcome.to_string()]);
    }
    table
}

fn weightings(grid: &[(Outcome, usize)]) -> Table {
    let mut table = Table::new(1, ["verdict", "weightings"]);
    for (outcome, n) in grid {
        table.push([outcome.to_string(), n.to_string()]);
    }
    table
}

fn subsets(subsets: &[Subset]) -> Table {
    let mut table = Table::new(3, ["modules", "looked up", "verdict", "number"]);
    for subset in subsets {
        let own = &subset.headline;
        let mut what = format!("{}, {}", own.tier, own.isa);
        if subset.by_collector {
            what += &format!(", {} collector", own.collector);
        }
        if let Some(stratum) = own.stratum.filter(|stratum| *stratum != Stratum::All) {
            what += &format!(", {}", words(stratum));
        }
        let queries = match own.hot {
            None => "bytes alone".to_owned(),
            Some(scenario) => format!("{} queries", scenario.queries),
        };
        let (outcome, modules) = (subset.outcome.to_string(), own.modules.len().to_string());
        table.push([what, queries, outcome, modules]);
    }
    table
}
