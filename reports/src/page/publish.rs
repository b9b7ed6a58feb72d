//! What is published of a run besides its report: the README's table, and a
//! note that a person can take into a discussion upstream.

use crate::decision::{caveats, recommendation};
use crate::format::{bytes, known, percent, plural};
use crate::headline::schemes::published;
use crate::headline::{controls, runs, safety, strata, targets};
use crate::results::{BASELINE, Results, Tier};
use crate::stats::{Decision, Outcome, Weights, decide, left_out_text};
use crate::table::Table;

/// The controls, the recommendation, the tables and the figures, as Markdown.
pub fn readme_results(results: &Results) -> String {
    let decision = decide(results, &Weights::default());
    let headline = &decision.headline;
    let mut out = String::new();
    if let Some(controls) = controls::sentence(results) {
        out += &format!("{controls}\n\n");
    }
    let [what, why, _] = recommendation(results, &decision);
    let more = match decision.outcome {
        Outcome::Inconclusive(_) => format!(" {why}"),
        _ => String::new(),
    };
    out += &format!("{what}{more}\n\n");
    if results.latencies.is_some() {
        out += &format!("{}\n\n", runs::sentences(results, &decision));
    }
    out += &format!("{}\n", published(&decision).markdown());
    out += &format!(
        "Ratios to `{BASELINE}`, today's format, in the same run; geometric means over the {} of the tier {} on {}, and all bytes together; intervals are at 95 %, those for *modules like these* with the verdict. A lookup opens the section, finds the PC and visits every slot. *Lines* are of reader and writer, and after the plus those that Wasmtime's compiler needs so that safepoints without references are recorded.\n\n",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    out += &by_size(results, &decision);
    for line in caveats(results, &decision) {
        out += &format!("{line}\n");
    }
    if let Some(text) = left_out(results) {
        out += &format!("{text}\n");
    }
    out + PICTURES
}

/// Each scheme's times by the size of the modules, without which no mean over
/// all of them is to be read.
fn by_size(results: &Results, decision: &Decision) -> String {
    let tables = strata::verdicts(results, decision).into_iter();
    let tables = tables.map(|(_, table)| format!("{}\n", table.markdown()));
    tables.collect()
}

/// The README's pictures.
const PICTURES: &str = "
![Lookup time over the number of maps, hot](reports/published/plots/size-hot.svg)
![Lookup time over the number of maps, cold](reports/published/plots/size-cold.svg)
![Bytes against lookup time with hot caches](reports/published/plots/pareto-hot.svg)
";

/// How well the runs predict one another, as a sentence.
pub(super) fn left_out(results: &Results) -> Option<String> {
    let text = left_out_text(results.left_out.as_deref()?)?;
    Some(format!("{text}."))
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
    let sentences = recommendation(results, &decision).join(" ");
    let controls = controls::sentence(results).unwrap_or_default();
    let safe = safety::paragraph(results)
        .unwrap_or_else(|| "No faults were injected in this run.".to_owned());
    Some(
        include_str!("upstream.md")
            .replace("{scheme}", scheme)
            .replace("{controls}", &controls)
            .replace("{recommendation}", &sentences)
            .replace("{runs}", &runs::sentences(results, &decision))
            .replace("{drawing}", drawing.trim_end())
            .replace("{sizes}", &size_table(results, scheme).markdown())
            .replace("{headline}", &published(&decision).markdown())
            .replace("{strata}", &by_size(results, &decision))
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
