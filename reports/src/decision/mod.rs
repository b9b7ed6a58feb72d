//! The decision in words: three sentences, and `decision.md`.

mod recommendation;
mod tables;

pub(crate) use recommendation::recommendation;
pub(crate) use tables::{score_table, sensitivity_tables};

use crate::results::{BASELINE, Tier};
use crate::stats::{Decision, RULES};

/// What the reader has to keep in mind, one line each.
pub(crate) fn caveats(decision: &Decision) -> Vec<String> {
    let headline = &decision.headline;
    let mut lines = Vec::new();
    if headline.tier != Tier::Wild {
        lines.push(format!(
            "No module from the wild was measured; the figures are for the tier {}.",
            headline.tier
        ));
    }
    for (cache, scenario) in [("hot", headline.hot), ("cold", headline.cold)] {
        if scenario.is_none() {
            lines.push(format!(
                "Lookups with {cache} caches were not measured, and carry no weight."
            ));
        }
    }
    lines
}

/// `decision.md`.
pub(crate) fn markdown(decision: &Decision) -> String {
    let mut out = String::from("# Decision\n\n");
    out += &recommendation(decision).join(" ");
    out += "\n";
    for line in caveats(decision) {
        out += &format!("\n- {line}\n");
    }
    out += "\n## Rules\n\nThis file is generated from the results by these rules.\n\n";
    for rule in RULES {
        out += &format!("{rule}\n");
    }
    out += &format!(
        "\nWeights: {}. Ratios are to `{BASELINE}`; below 1 is better.\n",
        decision.weights
    );
    let headline = &decision.headline;
    for (name, scenario) in [("Hot", headline.hot), ("Cold", headline.cold)] {
        if let Some(scenario) = scenario {
            out += &format!("{name}: {scenario}.\n");
        }
    }
    out += &format!("\n## Candidates\n\n{}", score_table(decision).markdown());
    out += "\n## What would change our mind\n";
    for (title, table) in sensitivity_tables(decision) {
        out += &format!("\n### {title}\n\n{}", table.markdown());
    }
    out
}
