//! What is published of a run besides its report: the README's table, and a
//! note that a person can take into a discussion upstream.

use crate::decision::{caveats, recommendation};
use crate::format::{bytes, known, percent, plural};
use crate::headline::schemes::compact;
use crate::headline::{safety, targets};
use crate::results::{BASELINE, Fact, Results, Tier};
use crate::stats::{Outcome, Weights, decide};
use crate::table::Table;

/// The recommendation, the headline table and the figures, as Markdown.
pub fn readme_results(results: &Results) -> String {
    let decision = decide(results, &Weights::default());
    let headline = &decision.headline;
    let mut out = format!(
        "{}\n\n{}\n",
        recommendation(&decision)[0],
        compact(&decision).markdown()
    );
    out += &format!(
        "Ratios to `{BASELINE}`, today's format, in the same run; geometric means over the {} of the tier {} on {}; intervals are at 95 %. A lookup opens the section, finds the PC and visits every slot.",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    for scenario in headline.scenarios() {
        out += &format!(" {scenario}.");
    }
    let cpu = results.provenance.text(Fact::Cpu);
    let cpu = cpu.as_deref().unwrap_or("unknown");
    out += &format!(" Measured on: {cpu}.\n");
    for line in caveats(&decision) {
        out += &format!("{line}\n");
    }
    out +=
        "\n![Bytes against lookup time with hot caches](reports/published/plots/pareto-hot.svg)\n";
    out
}

/// The note, with the recommended format's drawing; `None` if the decision
/// recommends none but today's.
pub fn upstream_note(
    results: &Results,
    drawing: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let decision = decide(results, &Weights::default());
    let Outcome::Winner(scheme) = &decision.outcome else {
        return None;
    };
    let drawing = drawing(scheme).filter(|_| scheme != BASELINE)?;
    let sentences = recommendation(&decision).join(" ");
    let safe = safety::paragraph(results)
        .unwrap_or_else(|| "No faults were injected in this run.".to_owned());
    Some(
        include_str!("upstream.md")
            .replace("{scheme}", scheme)
            .replace("{recommendation}", &sentences)
            .replace("{drawing}", drawing.trim_end())
            .replace("{sizes}", &size_table(results, scheme).markdown())
            .replace("{headline}", &compact(&decision).markdown())
            .replace("{targets}", &targets::table(results, &decision).markdown())
            .replace("{safety}", &safe),
    )
}

/// Every module of the wild tier on every ISA, today and then.
fn size_table(results: &Results, scheme: &str) -> Table {
    let head = [
        "module",
        "ISA",
        "collector",
        "today",
        "of the `.cwasm`",
        "then",
        "of today's",
        "without `module_start`",
    ];
    let mut table = Table::new(3, head);
    let rows = results.sizes.iter();
    for then in rows.filter(|row| row.tier == Tier::Wild && row.scheme == scheme) {
        let share = |whole: u64| percent(then.baseline_bytes as f64 / whole.max(1) as f64);
        table.push([
            then.module.clone(),
            then.isa.to_string(),
            then.collector.to_string(),
            bytes(then.baseline_bytes),
            known(then.cwasm_bytes, share),
            bytes(then.bytes),
            known(then.ratio, percent),
            known(then.ratio_without_start(), percent),
        ]);
    }
    table
}
