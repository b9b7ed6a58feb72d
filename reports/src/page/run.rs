//! What the page says of the run itself: controls, corpus, machine, limits.

use super::html::{note, paragraph};
use crate::decision::caveats;
use crate::format::{bytes, count, known, list, percent, plural, times};
use crate::results::{ModuleRow, Results, SampleCount, Scenario};
use crate::stats::Decision;
use crate::stats::schemes::control_means;
use crate::table::{Table, markup};

/// Whatever was timed without being a scheme, if anything was.
pub(super) fn controls(results: &Results) -> Option<String> {
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
    let text = "Timed like the schemes, with a known answer. A copy of the baseline has to come out the same, a slowed one slower; if not, believe no verdict here.";
    (!table.rows.is_empty()).then(|| format!("{}{}", paragraph(text), table.html()))
}

/// Every module, and how well its safepoints are known.
pub(super) fn corpus(results: &Results) -> String {
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
        let share = m.section_bytes.zip(m.cwasm_bytes);
        let share = share.filter(|(_, whole)| *whole > 0);
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
        let sizes = [Some(m.text_bytes), m.cwasm_bytes, m.section_bytes];
        let sizes = sizes.map(|size| known(size, bytes));
        let mut row: Vec<String> = words.into_iter().chain(sizes).collect();
        row.push(known(share, percent));
        row.extend(counts.map(|n| known(n, count)));
        row.push(m.provenance.clone());
        table.push(row);
    }
    let text = "Recorded: safepoints in the section that Wasmtime wrote; confirmed: those of them found again as return addresses. Call sites and disassembled: return addresses on Cranelift's list and in the machine code; agreed: on both.";
    format!("{}{}", note(text), table.html())
}

/// Where the numbers come from.
pub(super) fn machine(results: &Results) -> String {
    let samples = match &results.samples {
        None => "The raw timings were not kept.".to_owned(),
        Some(SampleCount { timings, processes }) => {
            let s = if *processes == 1 { "" } else { "es" };
            let timings = count(*timings as u64);
            format!("{timings} timed batches from {processes} process{s}.")
        }
    };
    let mut table = Table::new(2, ["what", "value"]);
    for (name, value) in results.provenance.texts() {
        // In a table backticks mark code; in these values they do not.
        table.push([name.to_owned(), value.replace('`', "'")]);
    }
    let html = table
        .html()
        .replacen("<table>", "<table class=\"values\">", 1);
    format!("{}{html}", paragraph(&samples))
}

/// What the numbers do not say.
pub(super) fn limits(results: &Results, decision: &Decision) -> String {
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
