//! What the page says, in the order in which a maintainer asks.

use super::html::{Section, note, paragraph};
use super::publish::left_out;
use super::{research, run, side_by_side, wasmtime};
use crate::decision::{
    answer_table, caveats, felt_table, recommendation, sensitivity_tables, thresholds,
};
use crate::format::plural;
use crate::headline::controls::{self, DECIDES_NOTHING};
use crate::headline::{page_faults, runs, schemes, strata};
use crate::plot::{Figure, Plots};
use crate::results::{BASELINE, Results};
use crate::stats::{Decision, Question, RULES};
use crate::table::markup;

/// All sections of the report.
pub(super) fn all(results: &Results, decision: &Decision, plots: &Plots) -> Vec<Section> {
    let of_schemes = [
        (
            "recommendation",
            "Recommendation",
            verdict(results, decision, plots),
        ),
        ("decision", "How it was decided", reasons(decision)),
        (
            "wasmtime",
            "In Wasmtime",
            wasmtime::html(results, decision, plots),
        ),
        ("headline", "Schemes at a glance", at_a_glance(decision)),
        (
            "pareto",
            "Bytes against time",
            pareto(results, decision, &plots.pareto),
        ),
        (
            "size",
            "By size and toolchain",
            by_size(results, decision, plots),
        ),
        (
            "frontier",
            "Frontier",
            research::frontier_of(results, decision),
        ),
        (
            "review",
            "What there is to review",
            side_by_side::html(results, decision),
        ),
        ("parts", "Where the bytes are", parts(&plots.parts)),
        ("spread", "Spread over the modules", one(&plots.ecdf, "")),
        (
            "heat",
            "Every scheme on every module",
            plots.heat.iter().map(Figure::html).collect(),
        ),
        ("isa", "Instruction sets", one(&plots.isa, ONE_ISA)),
        ("safety", "Safety", research::safe(results, decision, plots)),
        (
            "costs",
            "Deterministic costs",
            research::costs_of(results, decision),
        ),
        ("anatomy", "Anatomy of the corpus", research::anatomy(plots)),
    ];
    let walks = research::walks_of(results, plots);
    let walks = walks.map(|html| ("walks", "Stacks of collections", html));
    let controls = run::controls(results).map(|html| ("controls", "Controls", html));
    let of_run = [
        ("corpus", "Corpus", run::corpus(results)),
        ("machine", "Machine and provenance", run::machine(results)),
        ("dead-ends", "What did not work", research::dead_ends()),
        ("limits", "Limits", run::limits(results, decision)),
    ];
    let all = of_schemes.into_iter().chain(walks).chain(controls);
    let all = all.chain(of_run);
    all.map(|(id, title, html)| Section::new(id, title, html))
        .collect()
}

const TIMED: &str = "Lookup time was not measured in this run.";
const ONE_ISA: &str =
    "The modules of this run share one instruction set, or no module exists on all of them.";

fn pareto(results: &Results, decision: &Decision, figures: &[Figure]) -> String {
    if figures.is_empty() {
        return paragraph(TIMED);
    }
    let figures: String = figures.iter().map(Figure::html).collect();
    let scenarios = schemes::scenarios(results, decision).html();
    format!(
        "<div class=\"pair\">
{figures}</div>
<details id=\"scenarios\"><summary>Lookup time in every scenario that was timed, as a ratio to exact</summary>
{scenarios}</details>
"
    )
}

fn parts(figures: &[Figure]) -> String {
    let caption = figures.first().map_or("", |f| f.description.as_str());
    let figures: String = figures.iter().map(Figure::html_of_many).collect();
    format!(
        "{}<div class=\"grid\">
{figures}</div>
",
        note(caption)
    )
}

pub(super) fn one(figure: &Option<Figure>, otherwise: &str) -> String {
    figure
        .as_ref()
        .map_or_else(|| paragraph(otherwise), Figure::html)
}

/// The controls first; then what is wrong today, and what to do.
fn verdict(results: &Results, decision: &Decision, plots: &Plots) -> String {
    let said = recommendation(results, decision).into_iter();
    let mut said = said
        .map(|(question, text)| format!("<p><strong>{question}</strong> {}</p>\n", markup(&text)));
    let today = said.next().unwrap_or_default();
    let said: String = said.collect();
    let mut lines = caveats(results, decision);
    if results.latencies.is_some() {
        lines.insert(0, runs::sentences(results, decision));
    }
    lines.extend(left_out(results));
    let lines: String = lines.iter().map(|line| note(line)).collect();
    let controls = controls::of(results).map_or_else(String::new, |controls| {
        let text = controls.to_string();
        match controls.hold() {
            true => note(&text),
            false => format!(
                "<div class=\"verdict alarm\">\n{}</div>\n",
                paragraph(&format!("{text} {DECIDES_NOTHING}"))
            ),
        }
    });
    let plot = one(&plots.cwasm, "");
    format!("{controls}{today}{plot}<div class=\"verdict\">\n{said}</div>\n{lines}")
}

fn at_a_glance(decision: &Decision) -> String {
    let s = &decision.headline;
    let mut text = format!(
        "Ratios to `{BASELINE}`, Wasmtime's own format; below 100 % or 1× is better. Geometric means over the {} of the tier {} on {}, one weight per module, with the collector `copying` where the module has it, and all bytes together. The interval for *these modules* contains what runs differ by; that for *modules like these* also what toolchains differ by, and the verdict rests on it.",
        plural(s.modules.len(), "module"),
        s.tier,
        s.isa
    );
    for scenario in s.scenarios() {
        text += &format!(" Lookup: {scenario}.");
    }
    format!(
        "{}{}{}",
        schemes::proposals(decision).html(),
        note(&text),
        schemes::full(decision).html()
    )
}

/// What the mean over modules of all sizes hides.
fn by_size(results: &Results, decision: &Decision, plots: &Plots) -> String {
    if plots.size.is_empty() {
        return paragraph(TIMED);
    }
    let figures: String = plots.size.iter().map(Figure::html).collect();
    let mut html = format!("<div class=\"pair\">\n{figures}</div>\n");
    for (title, table) in strata::full(results, decision) {
        html += &format!("<h3>{}</h3>\n{}", markup(&title), table.html());
    }
    if let Some((modules, table)) = schemes::walks(results, decision) {
        let text = format!(
            "Recorded stacks looked up, on the {} that have some.",
            plural(modules, "module")
        );
        html += &format!("<h3>Recorded stacks</h3>\n{}{}", note(&text), table.html());
    }
    if let Some(table) = page_faults::table(results, decision) {
        let text = "Page faults of a lookup, in the mean over a batch: the section was mapped from a file just before, as Wasmtime maps a `.cwasm`, and none of its pages was present.";
        html += &format!("<h3>Just mapped</h3>\n{}{}", note(text), table.html());
    }
    html += "<details id=\"toolchains\"><summary>By toolchain: means, and extremes where there are several modules</summary>\n";
    for (title, table) in strata::toolchains(results, decision) {
        html += &format!("<h4>{}</h4>\n{}", markup(&title), table.html());
    }
    html + "</details>\n"
}

fn reasons(decision: &Decision) -> String {
    let rules = RULES.map(|r| r.split_once(". ").map_or(r, |(_, rule)| rule));
    let rules: String = rules
        .iter()
        .map(|r| format!("<li>{}</li>\n", markup(r)))
        .collect();
    let mut html = format!("<ol>\n{rules}</ol>\n");
    html += &note(&format!(
        "What counts as a difference: {}.",
        thresholds(&decision.rules)
    ));
    for question in Question::ALL {
        html += &format!("<h3>For {question}</h3>\n");
        html += &answer_table(decision, question).html();
    }
    html += "<h3 id=\"felt\"><a href=\"#felt\">What users feel, against today's format</a></h3>\n";
    html += &felt_table(decision).html();
    html += "<h3 id=\"sensitivity\"><a href=\"#sensitivity\">What would change our mind</a></h3>\n";
    html += "<div class=\"loose\">\n";
    for (title, table) in sensitivity_tables(decision) {
        html += &format!("<div><h4>{title}</h4>\n{}</div>\n", table.html());
    }
    html + "</div>\n"
}
