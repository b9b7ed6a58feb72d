//! What the page says, in the order in which a maintainer asks.

use super::html::{Section, note, paragraph};
use super::research;
use crate::decision::{RULES, caveats, recommendation, score_table, sensitivity_tables};
use crate::format::{bytes, count, known, list, percent, plural, times};
use crate::headline::schemes;
use crate::plot::{Figure, Plots};
use crate::results::{BASELINE, ModuleRow, Results, Scenario};
use crate::stats::Decision;
use crate::stats::schemes::control_means;
use crate::table::{Table, markup};

pub(super) fn all(results: &Results, decision: &Decision, plots: &Plots) -> Vec<Section> {
    let controls = controls(results);
    let section = |id: &str, title: &str, html| Section {
        id: id.to_owned(),
        title: title.to_owned(),
        html,
    };
    let mut sections = vec![
        section("recommendation", "Recommendation", verdict(decision)),
        section(
            "headline",
            "Schemes at a glance",
            at_a_glance(results, decision),
        ),
        section(
            "pareto",
            "Bytes against time",
            pareto(results, decision, &plots.pareto),
        ),
        section("decision", "How it was decided", reasons(decision)),
        section(
            "targets",
            "Targets",
            research::targets_of(results, decision),
        ),
        section(
            "frontier",
            "Frontier",
            research::frontier_of(results, decision),
        ),
        section("parts", "Where the bytes are", parts(&plots.parts)),
        section("spread", "Spread over the modules", one(&plots.ecdf, "")),
        section(
            "heat",
            "Every scheme on every module",
            plots.heat.iter().map(Figure::html).collect(),
        ),
        section("isa", "Instruction sets", one(&plots.isa, ONE_ISA)),
        section("safety", "Safety", research::safe(results, decision, plots)),
        section(
            "costs",
            "Deterministic costs",
            research::costs_of(results, decision),
        ),
        section("anatomy", "Anatomy of the corpus", research::anatomy(plots)),
    ];
    if !controls.rows.is_empty() {
        let text = "<p>Timed like the schemes, with a known answer. A copy of the baseline has to come out the same, a slowed one slower; if not, believe no verdict here.</p>\n";
        sections.push(section(
            "controls",
            "Controls",
            format!("{text}{}", controls.html()),
        ));
    }
    sections.push(section("corpus", "Corpus", corpus(results)));
    sections.push(section(
        "machine",
        "Machine and provenance",
        machine(results),
    ));
    sections.push(section(
        "dead-ends",
        "What did not work",
        research::dead_ends(),
    ));
    sections.push(section("limits", "Limits", limits(results, decision)));
    sections
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

fn one(figure: &Option<Figure>, otherwise: &str) -> String {
    figure
        .as_ref()
        .map_or_else(|| paragraph(otherwise), Figure::html)
}

fn verdict(decision: &Decision) -> String {
    let sentences: String = recommendation(decision)
        .iter()
        .map(|s| paragraph(s))
        .collect();
    let caveats: String = caveats(decision).iter().map(|line| note(line)).collect();
    format!("<div class=\"verdict\">\n{sentences}</div>\n{caveats}")
}

fn at_a_glance(results: &Results, decision: &Decision) -> String {
    let s = &decision.headline;
    let mut text = format!(
        "Ratios to `{BASELINE}`, Wasmtime's own format; below 100 % or 1× is better. Geometric means over the {} of the tier {} on {}, one weight per module, with the collector `copying` where the module has it.",
        plural(s.modules.len(), "module"),
        s.tier,
        s.isa
    );
    for scenario in s.scenarios() {
        text += &format!(" Lookup: {scenario}.");
    }
    format!("{}{}", note(&text), schemes::full(results, decision).html())
}

fn reasons(decision: &Decision) -> String {
    let rules = RULES.map(|r| r.split_once(". ").map_or(r, |(_, rule)| rule));
    let rules: String = rules
        .iter()
        .map(|r| format!("<li>{}</li>\n", markup(r)))
        .collect();
    let mut html = format!("<ol>\n{rules}</ol>\n");
    html += &note(&format!("Weights: {}.", decision.weights));
    html += &score_table(decision).html();
    html += "<h3 id=\"sensitivity\"><a href=\"#sensitivity\">What would change our mind</a></h3>\n";
    html += "<div class=\"loose\">\n";
    for (title, table) in sensitivity_tables(decision) {
        html += &format!("<div><h4>{title}</h4>\n{}</div>\n", table.html());
    }
    html + "</div>\n"
}

/// Whatever was timed without being a scheme.
fn controls(results: &Results) -> Table {
    let mut table = Table::new(3, ["control", "scenario", "verdicts", "ratio"]);
    for control in control_means(results) {
        let Scenario {
            queries,
            cache,
            timed,
        } = control.scenario;
        let verdicts = control.verdicts.iter().map(|(v, n)| format!("{n} {v}"));
        table.push([
            format!("`{}`", control.name),
            format!("{cache}, {queries}, {timed}"),
            list(&verdicts.collect::<Vec<_>>()),
            known(control.ratio, times),
        ]);
    }
    table
}

fn corpus(results: &Results) -> String {
    let head = [
        "module",
        "ISA",
        "collector",
        "tier",
        "text",
        "`.cwasm`",
        "section",
        "share of `.cwasm`",
        "functions",
        "maps",
        "empties",
        "recorded",
        "confirmed",
        "call sites",
        "disassembled",
        "agreed",
        "unmatched functions",
        "provenance",
    ];
    let mut table = Table::new(4, head);
    for m in &results.modules {
        let size = |size: Option<u64>| known(size, bytes);
        let share = m
            .section_bytes
            .zip(m.cwasm_bytes)
            .filter(|(_, whole)| *whole > 0);
        let share = share.map(|(section, whole)| section as f64 / whole as f64);
        let counts = [
            Some(m.functions),
            Some(m.maps),
            Some(m.empties),
            Some(m.recorded),
            Some(m.confirmed),
            m.call_sites,
            m.disassembled,
            m.agreed,
            Some(m.unmatched_functions),
        ];
        let words = [
            m.module.clone(),
            m.isa.to_string(),
            m.collector.to_string(),
            m.tier.to_string(),
        ];
        let sizes = [Some(m.text_bytes), m.cwasm_bytes, m.section_bytes].map(size);
        let mut row: Vec<String> = words.into_iter().chain(sizes).collect();
        row.push(known(share, percent));
        row.extend(counts.map(|n| known(n, count)));
        row.push(m.provenance.clone());
        table.push(row);
    }
    let text = "Recorded: safepoints in the section that Wasmtime wrote; confirmed: those of them found again as return addresses. Call sites and disassembled: return addresses on Cranelift's list and in the machine code; agreed: on both.";
    format!("{}{}", note(text), table.html())
}

fn machine(results: &Results) -> String {
    let samples = results.samples.as_ref().map_or_else(
        || "The raw timings were not kept.".to_owned(),
        |s| {
            format!(
                "{} timed batches from {}.",
                count(s.timings as u64),
                processes(s.processes)
            )
        },
    );
    let mut table = Table::new(2, ["what", "value"]);
    for (name, value) in results.provenance.texts() {
        // A backtick in a value is just that.
        table.push([name.to_owned(), value.replace('`', "'")]);
    }
    let html = table
        .html()
        .replacen("<table>", "<table class=\"values\">", 1);
    format!("{}{html}", paragraph(&samples))
}

fn processes(n: usize) -> String {
    format!("{n} process{}", if n == 1 { "" } else { "es" })
}

fn limits(results: &Results, decision: &Decision) -> String {
    let mut lines = caveats(decision);
    if results.latencies.is_none() {
        lines.push("There is no `latency.csv`: lookup time was not measured.".to_owned());
    }
    if results.samples.is_none() {
        lines.push("There is no `samples.csv`: the timings cannot be analysed again.".to_owned());
    }
    if results.safety.is_none() {
        lines.push("There is no `safety.csv`: no faults were injected.".to_owned());
    }
    let unconfirmed = |m: &&ModuleRow| m.confirmed < m.recorded;
    let doubtful = results.modules.iter().filter(unconfirmed).count();
    if doubtful > 0 {
        lines.push(format!(
            "In {} some recorded safepoints were not found again as return addresses; see the corpus.",
            plural(doubtful, "module")
        ));
    }
    lines.push("The interval of a mean over modules takes the errors of all modules to point the same way: it is wide rather than narrow.".to_owned());
    lines.push("Lookup times are of one machine and of one run, named above; sizes depend on neither. On a shared machine whole runs differ by more than the interval of one says, so look at several before an effect of less than a tenth: `stackmap-lab rank RUN RUN …`.".to_owned());
    lines.push(format!(
        "The corpus is {}; a module unlike all of them may fare differently.",
        plural(results.modules.len(), "module and ISA pair")
    ));
    let items: String = lines
        .iter()
        .map(|l| format!("<li>{}</li>\n", markup(l)))
        .collect();
    format!("<ul>\n{items}</ul>\n")
}
