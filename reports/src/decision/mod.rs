//! The decision in words: questions and answers, `decision.md`, and its figures as
//! rows.

mod recommendation;
mod rows;
mod tables;

pub(crate) use recommendation::{Said, recommendation, verdict};
pub(crate) use rows::rows;
pub(crate) use tables::{MEMOS, answer_table, felt_table, sensitivity_tables, thresholds};

use crate::format::plural;
use crate::headline::{controls, runs};
use crate::results::{Queries, Results, Tier};
use crate::stats::{Decision, Question, RULES};

/// What the reader has to keep in mind, one line each.
pub(crate) fn caveats(results: &Results, decision: &Decision) -> Vec<String> {
    let headline = &decision.headline;
    let mut lines = Vec::new();
    if headline.tier != Tier::Wild {
        lines.push(format!(
            "No module from the wild was measured; the figures are for the tier {}.",
            headline.tier
        ));
    }
    for (cache, scenario) in [("hot", headline.hot), ("cold", headline.cold)] {
        if scenario.is_none() {
            lines.push(format!("Lookups with {cache} caches were not measured."));
        }
    }
    lines.extend(queries(results, decision));
    lines
}

/// Whether recorded stacks were looked up, or what else.
fn queries(results: &Results, decision: &Decision) -> Option<String> {
    let hot = decision.headline.hot?;
    let timed = decision.headline.timed(results);
    let modules = plural(timed.get(&hot).copied().unwrap_or(0), "module");
    if hot.queries == Queries::Walk {
        return Some(format!("Lookups are of recorded stacks, on {modules}."));
    }
    let walks = decision.headline.with_walks(results);
    let walks = walks.map_or_else(
        || "no stack of these modules was recorded".to_owned(),
        |walks| {
            let n = plural(walks.modules.len(), "module");
            format!("stacks were recorded of {n} only, whose times stand in a table of their own")
        },
    );
    Some(format!(
        "Lookups are of {} queries on {modules}: {walks}.",
        hot.queries
    ))
}

/// Questions and answers as paragraphs of Markdown.
pub(crate) fn said(all: &[Said]) -> String {
    let paragraphs = all.iter();
    let paragraphs = paragraphs.map(|(question, text)| format!("**{question}** {text}\n\n"));
    paragraphs.collect()
}

/// `decision.md`.
pub(crate) fn markdown(results: &Results, decision: &Decision) -> String {
    let mut out = String::from("# Decision\n\n");
    if let Some(controls) = controls::sentence(results) {
        out += &format!("{controls}\n\n");
    }
    out += &said(&recommendation(results, decision));
    if results.latencies.is_some() {
        out += &format!("{}\n", runs::sentences(results, decision));
    }
    let failures = controls::failures(results).into_iter();
    let notes = failures.map(|line| format!("Control: {line}."));
    out += "\n";
    for note in notes.chain(caveats(results, decision)) {
        out += &format!("- {note}\n");
    }
    out += "\n## Rules\n\nThis file is generated from the results by these rules. The thresholds are in `reports/decision.toml`, where each is argued for. Sizes and faults were known when they were written; how schemes do in Wasmtime was not.\n\n";
    for rule in RULES {
        out += &format!("{rule}\n");
    }
    out += &format!(
        "\nWhat counts as a difference: {}.\n",
        thresholds(&decision.rules)
    );
    for question in Question::ALL {
        out += &format!("\n## Which scheme, for {question}?\n\n");
        out += &answer_table(decision, question).markdown();
    }
    out += &format!(
        "\n## What users feel\n\nEach scheme against today's format. The `.cwasm` as the range of what is left of it over the modules, its padding to pages taken to stay as it is today; of times the mean over modules with the interval for modules like these. {MEMOS}\n\n{}",
        felt_table(decision).markdown()
    );
    out += "\n## What would change our mind\n";
    for (title, table) in sensitivity_tables(decision) {
        out += &format!("\n### {title}\n\n{}", table.markdown());
    }
    out
}
