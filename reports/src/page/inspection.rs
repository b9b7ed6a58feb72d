//! What each scheme would make of somebody's own modules.

use super::html::Section;
use crate::format::{self, bytes, count, known, percent, plural};
use crate::plot::{Figure, parts_of, slug};
use crate::results::{BASELINE, ModuleRow, Results, SizeRow};
use crate::table::{Table, markup};

/// One section per module.
pub(super) fn all(results: &Results) -> Vec<Section> {
    results
        .modules
        .iter()
        .map(|module| section(results, module))
        .collect()
}

fn section(results: &Results, module: &ModuleRow) -> Section {
    let key = module.key();
    let rows: Vec<&SizeRow> = results.sizes.iter().filter(|r| r.is_about(&key)).collect();
    let figures = parts_of(results, std::slice::from_ref(&key));
    let figures: String = figures.iter().map(Figure::html).collect();
    Section {
        id: slug(&format!("{} {} {}", key.module, key.isa, key.collector)),
        title: markup(&format::module(&key)),
        html: format!(
            "<p>{}</p>\n{}{figures}",
            markup(&summary(module, &rows)),
            table(&rows).html()
        ),
    }
}

/// The section today, and the smallest of the exact ones that need no change
/// to Cranelift.
fn summary(module: &ModuleRow, rows: &[&SizeRow]) -> String {
    let maps = plural(module.maps as usize, "safepoint");
    let empties = count(module.empties);
    let Some(today) = rows.iter().find(|r| r.scheme == BASELINE) else {
        return format!("{maps} with live references.");
    };
    let mut text = format!(
        "{maps} with live references and {empties} without; today's section takes {}",
        bytes(today.bytes)
    );
    if let Some(whole) = today.cwasm_bytes {
        let share = today.bytes as f64 / whole.max(1) as f64;
        text += &format!(", {} of the `.cwasm` of {}", percent(share), bytes(whole));
    }
    text + "."
}

fn table(rows: &[&SizeRow]) -> Table {
    let head = [
        "scheme",
        "section",
        "of today's",
        "saved",
        "`.cwasm` then",
        "smaller by",
    ];
    let mut table = Table::new(1, head);
    for row in rows {
        let saved = row.baseline_bytes.saturating_sub(row.bytes);
        let whole = row
            .cwasm_bytes
            .map(|whole| whole - row.baseline_bytes.min(whole) + row.bytes);
        let smaller = row.cwasm_bytes.zip(whole);
        table.push([
            format!("`{}`", row.scheme),
            bytes(row.bytes),
            known(row.ratio, percent),
            bytes(saved),
            known(whole, bytes),
            known(smaller, |(today, then)| {
                percent(1.0 - then as f64 / today.max(1) as f64)
            }),
        ]);
    }
    table
}
