//! The report in a terminal's width.

use super::publish::left_out;
use crate::decision::{caveats, verdict};
use crate::format::plural;
use crate::headline::schemes::compact;
use crate::headline::{controls, frontier, runs, strata};
use crate::results::{BASELINE, Results};
use crate::stats::{Rules, decide};

/// The controls, the headline table, the times by size and, under the default
/// rules, the verdict; plain text, one trailing newline.
pub fn terminal_summary(results: &Results) -> String {
    let decision = decide(results, &Rules::default());
    let headline = &decision.headline;
    let mut out = String::new();
    if let Some(controls) = controls::of(results) {
        out += &format!("{controls}\n\n");
    }
    out += &compact(&decision).text();
    out += &format!(
        "Ratios to `{BASELINE}`: bytes as geometric mean over {} (tier {}, {}) and in total; times with the 95 % interval for modules like these.",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    for scenario in headline.scenarios() {
        out += &format!(" {scenario}.");
    }
    out += "\n";
    for line in caveats(results, &decision) {
        out += &format!("{line}\n");
    }
    for (_, table) in strata::verdicts(results, &decision) {
        out += &format!("\n{}", table.text());
    }
    out += "\n";
    if results.latencies.is_some() {
        out += &format!("{}\n", runs::sentences(results, &decision));
    }
    if let Some(text) = left_out(results) {
        out += &format!("{text}\n");
    }
    out += &format!("{}\n", verdict(results, &decision));
    out
}

/// The Pareto frontier over all modules, then module by module.
pub fn frontier_text(results: &Results) -> String {
    let decision = decide(results, &Rules::default());
    let overall = frontier::table(results, &decision).text();
    let modules = frontier::module_table(results, &decision).text();
    let broken = controls::broken(results).map(|line| format!("{line}\n\n"));
    format!("{}{overall}\n{modules}", broken.unwrap_or_default())
}
