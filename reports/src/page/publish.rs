//! What is published of a run besides its report: the README's table, and a
//! note that a person can take into a discussion upstream.

use crate::decision::{MEMOS, caveats, felt_table, recommendation, said, thresholds};
use crate::format::{bytes, known, list, percent, plural};
use crate::headline::schemes::{proposals, published};
use crate::headline::{controls, runs, safety, strata};
use crate::results::{Results, Tier};
use crate::stats::{Decision, Rules, decide, left_out_text};
use crate::table::Table;

/// The controls, the recommendation, the tables and the figures, as Markdown.
pub fn readme_results(results: &Results) -> String {
    let decision = decide(results, &Rules::default());
    let headline = &decision.headline;
    let mut out = String::new();
    if let Some(controls) = controls::sentence(results) {
        out += &format!("{controls}\n\n");
    }
    let answers = recommendation(results, &decision);
    let (today, others) = answers.split_at(1);
    out += &format!("{}{PICTURE_FIRST}{}", said(today), said(others));
    out += CHECK;
    out += &format!("{}\n", proposals(&decision).markdown());
    out += &format!(
        "Bytes as ratios to today's format over the {} of the tier {} on {}; what comes off the whole `.cwasm`, whose padding to pages is taken to stay as it is today, is a range over modules, ISAs and collectors. Files shrink by whole pages, so small ones by more or not at all. *Lines* are of reader and writer, then those that Wasmtime's compiler needs so that safepoints without references are recorded, then those of the memo.\n\n",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    for line in caveats(results, &decision) {
        out += &format!("{line}\n");
    }
    if let Some(picture) = pause_picture(results, "reports/published/plots") {
        out += &format!("{picture}\n");
    }
    if results.latencies.is_some() {
        out += &details("Runs and controls", &measured(results, &decision));
    }
    out += &details(
        "What users feel: every scheme against today's format",
        &format!(
            "The column `.cwasm` has what is left of the file, from one module to another. Times are geometric means over the modules that were executed in Wasmtime, with the interval for modules like these. {MEMOS} A dash is what was not measured.\n\n{}",
            felt_table(&decision).markdown()
        ),
    );
    out += &details(
        "Lookups by themselves",
        &format!(
            "Geometric means over the modules; intervals are at 95 %, those for *modules like these* with the verdict. A lookup opens the section, finds the PC and visits every slot.\n\n{}\n{}{PICTURES}",
            published(&decision).markdown(),
            by_size(results, &decision)
        ),
    );
    out
}

/// How a reader convinces himself.
const CHECK: &str = "**How to check it in ten minutes?** `just inspect my.wasm` prints what each scheme makes of your module. `just rehearse` builds Wasmtime with the patches and runs programs under it, strict, with both collectors. `reports/decision.toml` has the thresholds; edit one, and the verdict and its text follow.\n\n";

/// When and where was timed, and which controls failed.
fn measured(results: &Results, decision: &Decision) -> String {
    let failures = controls::failures(results);
    let failures = failures.iter().map(|line| format!("- {line}\n"));
    let failures: String = failures.collect();
    let runs = runs::sentences(results, decision);
    format!(
        "{runs} {}\n\n{failures}",
        left_out(results).unwrap_or_default()
    )
}

/// What a page folds away.
fn details(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{text}\n</details>\n\n")
}

/// Each scheme's times by the size of the modules, without which no mean over
/// all of them is to be read.
fn by_size(results: &Results, decision: &Decision) -> String {
    let tables = strata::verdicts(results, decision).into_iter();
    let tables = tables.map(|(_, table)| format!("{}\n", table.markdown()));
    tables.collect()
}

/// The README's pictures.
const PICTURE_FIRST: &str = "\
![Share of the stack maps in a whole .cwasm, before and after](reports/published/plots/cwasm.svg)

";
/// The picture of pauses, if something was executed; `plots` is where they lie.
fn pause_picture(results: &Results, plots: &str) -> Option<String> {
    results.executions.as_ref()?;
    Some(format!(
        "\n![Pause of a collection in Wasmtime, against what walking the stack is of it today]({plots}/pause.svg)\n"
    ))
}

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
    let decision = decide(results, &Rules::default());
    let scheme = decision.recommended()?.scheme.name.as_str();
    let drawing = drawing(scheme)?;
    let answers = recommendation(results, &decision);
    let (today, others) = answers.split_at(1);
    let controls = controls::sentence(results).unwrap_or_default();
    let safe = safety::paragraph(results)
        .unwrap_or_else(|| "No faults were injected in this run.".to_owned());
    Some(
        include_str!("upstream.md")
            .replace("{scheme}", scheme)
            .replace("{controls}", &controls)
            .replace("{today}", &today[0].1)
            .replace("{recommendation}", said(others).trim_end())
            .replace("{proposals}", &proposals(&decision).markdown())
            .replace("{felt}", &felt_table(&decision).markdown())
            .replace("{memos}", MEMOS)
            .replace(
                "{pause}",
                &pause_picture(results, "plots").unwrap_or_default(),
            )
            .replace("{thresholds}", &thresholds(&decision.rules))
            .replace("{ranges}", &ranges(&decision))
            .replace("{runs}", measured(results, &decision).trim_end())
            .replace("{drawing}", drawing.trim_end())
            .replace(
                "{sizes}",
                &details(
                    "Every module on every ISA",
                    &size_table(results, scheme).markdown(),
                ),
            )
            .replace("{headline}", &published(&decision).markdown())
            .replace("{strata}", &by_size(results, &decision))
            .replace("{safety}", &safe),
    )
}

/// What merging PCs into ranges saves over sharing equal maps.
fn ranges(decision: &Decision) -> String {
    let bytes = |scheme: &str| Some(decision.means(scheme)?.bytes?.mean);
    let saved = |ranges: &str| {
        let points = 100.0 * (bytes("consed")? - bytes(ranges)?);
        Some(format!("{points:.1} percentage points with `{ranges}`"))
    };
    let saved: Vec<String> = ["ranges-consed", "steps-consed"]
        .into_iter()
        .filter_map(saved)
        .collect();
    match saved.is_empty() {
        true => String::new(),
        false => format!(
            "On top of sharing equal maps they save {} in the mean, where `blocks`, `delta` and their variants save some two thirds to four fifths of what sharing leaves.",
            list(&saved)
        ),
    }
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
