//! What the research subcommands found: safety, frontier, costs, anatomy, and what
//! was tried and left.

use super::html::{note, paragraph};
use crate::headline::{costs, damage, frontier, memo, safety, walks};
use crate::plot::{Figure, Plots};
use crate::results::{RANGES_NAIVE, Results};
use crate::stats::Decision;
use pulldown_cmark::{Options, Parser, html};

const UNSAFE: &str = "Fault injection was not part of this run, so safety carries no weight in the decision beyond the constraint that a scheme be exact.";

pub(super) fn safe(results: &Results, decision: &Decision, plots: &Plots) -> String {
    let Some(rows) = results.safety.as_deref() else {
        return paragraph(UNSAFE);
    };
    let mut html = safety::paragraph(results).map_or_else(String::new, |text| paragraph(&text));
    let text = "By kind of fault, all modules together, as Wasmtime is today (the decision counts families of kinds): the share answered wrongly whatever the scheme, and the percentage points beyond that. For a wrong PC an exact scheme has no entry, so it is wrong wherever a reference is live; a range scheme is right by accident where the PC lies within a merged range. A dash: the fault cannot happen to the scheme.";
    html += &format!("{}{}", note(text), safety::harm_table(results).html());
    if let Some(table) = safety::strict_table(results) {
        let text = "If a missing entry is fatal: what is caught, and what is answered wrongly still. Only schemes that raise no false alarm then.";
        html += &format!("{}{}", note(text), table.html());
    }
    html += &plots.safety.iter().map(Figure::html).collect::<String>();
    let naive = safety::naive_table(rows);
    if !naive.rows.is_empty() {
        let text = format!(
            "What merging ranges without mandatory empty maps (`{RANGES_NAIVE}`, a control that is never recommended) says at safepoints where no reference is live. Stale: the slot holds a reference elsewhere in the function, and is dead here. Bogus: it never does."
        );
        html += &format!("{}{}", note(&text), naive.html());
    }
    let damaged = damage::table(rows);
    if !damaged.rows.is_empty() {
        let price = damage::price(results, decision).unwrap_or_default();
        html += &format!(
            "<h3>Damaged sections</h3>\n{}{}",
            paragraph(&price),
            damaged.html()
        );
    }
    html
}

pub(super) fn frontier_of(results: &Results, decision: &Decision) -> String {
    let text = "Bytes, hot and cold lookups, safety and lines of code: a scheme is on the frontier if none is at least as good in all of these and better in one. Lookups whose intervals overlap count as equal.";
    let overall = frontier::table(results, decision).html();
    let modules = frontier::module_table(results, decision).html();
    format!(
        "{}{overall}<details><summary>Module by module</summary>\n{modules}</details>\n",
        note(text)
    )
}

pub(super) fn costs_of(results: &Results, decision: &Decision) -> String {
    let Some(table) = costs::table(results, decision) else {
        return paragraph("Instructions and cache lines were not counted in this run.");
    };
    let text = "Counted by stepping through lookups one instruction at a time, not timed: from entering the function that is timed to leaving it, with the section at the start of a cache line and 64 bytes to a line. Geometric means over the modules, and in parentheses the ratio to `exact`. Lines are those of the section and of the caller's scratch.";
    format!("{}{}", note(text), table.html())
}

/// What the collector walks, and what it costs; `None` if no stack was recorded.
pub(super) fn walks_of(results: &Results, plots: &Plots) -> Option<String> {
    let table = walks::table(results)?;
    let text = "The stacks that Wasmtime's collector walked, in wild modules and in our own programs, which force many of their collections. Shares are of the frames. The last two columns are of a memo that could stand in front of any scheme, kept from one stack to the next (Go has 16 entries, V8 1,024).";
    let mut html = format!("{}{}", note(text), table.html());
    html += &plots.depths.as_ref().map_or_else(String::new, Figure::html);
    html += &plots
        .touched
        .as_ref()
        .map_or_else(String::new, Figure::html);
    if let Some(table) = walks::touched(results) {
        let text = "Different cache lines of the section that one walk reads, and in parentheses different pages of 4 KiB, on a stack of median depth and on the deepest.";
        html += &format!(
            "<details><summary>Lines and pages of a walk</summary>\n{}{}</details>\n",
            note(text),
            table.html()
        );
    }
    if let Some(table) = memo::table(results) {
        let lines = results
            .memos
            .iter()
            .flatten()
            .map(|row| row.memo_lines)
            .max();
        let text = format!(
            "What decoded answers would save, which any scheme could have in front of it: a memo that the collector owns, in sets of two entries, in {} lines. Share of the lookups on the same stacks that it answers without the scheme: least, median and greatest over the modules.",
            lines.unwrap_or_default()
        );
        html += &format!("{}{}", note(&text), table.html());
    }
    if let Some(table) = memo::by_module(results) {
        let text =
            "The same module by module, cleared at each collection and, in parentheses, kept.";
        html += &format!(
            "<details><summary>Memo, module by module</summary>\n{}{}</details>\n",
            note(text),
            table.html()
        );
    }
    Some(html)
}

pub(super) fn anatomy(plots: &Plots) -> String {
    if plots.anatomy.is_empty() {
        return paragraph("There is no `anatomy.csv`: nobody looked.");
    }
    plots.anatomy.iter().map(Figure::html).collect()
}

/// The notes on schemes that were left, without their title.
pub(super) fn dead_ends() -> String {
    let notes = include_str!("../../what-did-not-work.md");
    let notes = notes.split_once('\n').map_or("", |(_, rest)| rest);
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(notes, Options::ENABLE_TABLES));
    page.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
}
