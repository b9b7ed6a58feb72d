//! What users feel: programs and wild modules run in Wasmtime itself.

use super::html::{note, paragraph};
use super::sections::one;
use crate::decision::MEMOS;
use crate::headline::{stress, wasmtime};
use crate::plot::{Figure, Plots};
use crate::results::Results;
use crate::stats::Decision;

/// The section; it says so if nothing was executed.
pub(super) fn html(results: &Results, decision: &Decision, plots: &Plots) -> String {
    let Some(executions) = wasmtime::counted(results) else {
        return paragraph(
            "There is no `wasmtime.csv`: nothing was run in Wasmtime. `just wasmtime` makes it.",
        );
    };
    let mut html = paragraph(&format!(
        "{executions}, in one build of Wasmtime that has every format, in turns, process by process. {MEMOS}"
    ));
    if let Some(shares) = wasmtime::lookup_shares(results) {
        html += &paragraph(&shares);
    }
    html += &one(&plots.pause, "");
    html += &one(&plots.files, "");
    let tables = [
        (
            "Pauses, execution by execution",
            "Today's pause, and all pauses together with the recommended scheme as a ratio to today's, as the median of the rounds of processes with the interval of their mean. Its memo is empty when a run begins.",
            wasmtime::pauses(results, decision),
        ),
        (
            "Files, loading, first collection, memory, compiling",
            "The first collection is the one after loading from a file, with its page faults. An arrow leads from today's format to the recommended scheme; everything else is a ratio to today's.",
            wasmtime::loads(results, decision),
        ),
    ];
    for (title, text, table) in tables {
        if let Some(table) = table {
            html += &format!(
                "<details><summary>{title}</summary>\n{}{}</details>\n",
                note(text),
                table.html()
            );
        }
    }
    html + "<h3 id=\"stress\"><a href=\"#stress\">From where on a lookup matters</a></h3>\n"
        + &stressed(results, plots)
}

fn stressed(results: &Results, plots: &Plots) -> String {
    let Some((text, table)) = stress::sentences(results).zip(stress::table(results)) else {
        return paragraph(
            "There is no `wasmtime-stress.csv`: deep stacks over heaps of all sizes were left out.",
        );
    };
    let figures: String = plots.stress.iter().map(Figure::html).collect();
    format!(
        "{}<div class=\"pair\">\n{figures}</div>\n<details><summary>Every place</summary>\n{}</details>\n",
        paragraph(&text),
        table.html()
    )
}
