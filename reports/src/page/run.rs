//! What the page says of the run itself: controls, corpus, machine, limits.

use super::html::{note, paragraph};
use crate::decision::caveats;
use crate::format::{bytes, count, known, percent, plural};
use crate::headline::controls;
use crate::results::{ModuleRow, Results, RunRow, SampleCount};
use crate::stats::Decision;
use crate::table::{Table, markup};

/// What the controls came to, if anything was timed.
pub(super) fn controls(results: &Results) -> Option<String> {
    let table = controls::table(results)?;
    let text = "Timed like the schemes, with a known answer: `exact-again` is the baseline's code once more, `slow-5pct` is slowed by 5 %, `empty-lookup` is the timed loop around nothing.";
    Some(format!("{}{}", note(text), table.html()))
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
    format!("{}{}{html}", paragraph(&samples), runs(results))
}

/// One line per run.
fn runs(results: &Results) -> String {
    let mut table = Table::new(5, ["run", "seed", "machine", "began", "ended"]);
    let rows = results.runs.iter().flatten();
    for RunRow {
        run,
        seed,
        machine,
        began,
        ended,
    } in rows
    {
        let seed = seed.to_string();
        table.push([run, &seed, machine, began, ended].map(String::clone));
    }
    match table.rows.is_empty() {
        true => String::new(),
        false => table.html(),
    }
}

/// What the numbers do not say.
pub(super) fn limits(results: &Results, decision: &Decision) -> String {
    let mut lines = caveats(results, decision);
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
    lines.push(
        "Lookup times are of the machines and runs named above; sizes depend on neither."
            .to_owned(),
    );
    lines.push("The modules are not a random sample. The interval for modules like these says what would follow if they were.".to_owned());
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
