//! The report in a terminal's width.

use crate::decision::{caveats, recommendation};
use crate::format::plural;
use crate::headline::schemes::compact;
use crate::headline::{frontier, targets};
use crate::results::{BASELINE, Results};
use crate::stats::{Weights, decide};

/// The headline table and, under the default weights, the recommendation's
/// first sentence; plain text, one trailing newline.
pub fn terminal_summary(results: &Results) -> String {
    let decision = decide(results, &Weights::default());
    let headline = &decision.headline;
    let mut out = compact(&decision).text();
    out += &format!(
        "Ratios to `{BASELINE}`, geometric means over {} (tier {}, {}).",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    for scenario in headline.scenarios() {
        out += &format!(" {scenario}.");
    }
    out += "\n";
    for line in caveats(&decision) {
        out += &format!("{line}\n");
    }
    out += &format!("\n{}\n", targets::table(results, &decision).text());
    out += &format!("{}\n", recommendation(&decision)[0]);
    out
}

/// The Pareto frontier over all modules, then module by module.
pub fn frontier_text(results: &Results) -> String {
    let decision = decide(results, &Weights::default());
    let overall = frontier::table(results, &decision).text();
    let modules = frontier::module_table(results, &decision).text();
    format!("{overall}\n{modules}")
}
