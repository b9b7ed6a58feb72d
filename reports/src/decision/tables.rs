//! Tables of the decision: what became of every scheme, and what would change
//! the verdict.

use crate::format::{NONE, known, list, module, percent};
use crate::stats::{Candidate, Decision, Fate, Outcome, Sensitivity, Shares, Subset};
use crate::table::Table;

/// Every scheme with what became of it.
pub(crate) fn score_table(decision: &Decision) -> Table {
    let head = [
        "scheme",
        "what became of it",
        "bytes",
        "hot",
        "cold",
        "score",
    ];
    let mut table = Table::new(2, head);
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
            known(means.hot, |mean| mean.to_string()),
            known(means.cold, |mean| mean.to_string()),
            score,
        ]);
    }
    table
}

/// Headed tables that say what would change the verdict.
pub(crate) fn sensitivity_tables(decision: &Decision) -> Vec<(&'static str, Table)> {
    let sensitivity = &decision.sensitivity;
    let mut tables = vec![
        ("One module less", without_modules(sensitivity)),
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
    tables
}

fn without_modules(sensitivity: &Sensitivity) -> Table {
    let mut table = Table::new(2, ["left out", "verdict"]);
    for (key, outcome) in &sensitivity.without_module {
        table.push([module(key), outcome.to_string()]);
    }
    let start = "`module_start`, everywhere".to_owned();
    table.push([start, sensitivity.without_start.to_string()]);
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
    let mut table = Table::new(2, ["modules", "verdict", "number"]);
    for subset in subsets {
        let mut what = format!("{}, {}", subset.tier, subset.isa);
        if let Some(collector) = subset.collector {
            what += &format!(", {collector} collector");
        }
        if !subset.is_timed {
            what += ", bytes alone";
        }
        let (outcome, modules) = (subset.outcome.to_string(), subset.modules.to_string());
        table.push([what, outcome, modules]);
    }
    table
}
