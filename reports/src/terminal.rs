//! The report in a terminal's width.

use crate::decision::{caveats, decide, recommendation};
use crate::headline::compact;
use crate::results::{BASELINE, Results};
use crate::weights::Weights;
use crate::{frontier, targets};

/// The headline table and, under the default weights, the recommendation's
/// first sentence; plain text, one trailing newline.
pub fn terminal_summary(results: &Results) -> String {
    let decision = decide(results, &Weights::default());
    let selection = &decision.selection;
    let mut out = compact(&decision).text();
    out += &format!(
        "Ratios to `{BASELINE}`, geometric means over {} modules (tier {}, {}).",
        selection.modules.len(),
        selection.tier,
        selection.isa
    );
    for scenario in [&selection.hot, &selection.cold].into_iter().flatten() {
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
