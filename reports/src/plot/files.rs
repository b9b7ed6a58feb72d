//! What becomes of the whole file of what was executed.

use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{NONE, known, percent};
use crate::results::{Collector, Results, WasmtimeRow};
use crate::stats::Decision;
use crate::table::Table;
use std::collections::BTreeMap;

const WIDTH: i32 = 720;
const ROW: i32 = 18;
/// Below the rows: figures and title of the axis.
const BELOW: i32 = 50;
/// From one mark of the axis to the next.
const STEP: f64 = 0.1;

/// The file of one module under one collector: its ratio to today's by scheme.
struct File<'r> {
    label: String,
    ratios: Vec<Option<f64>>,
    of: &'r WasmtimeRow,
}

/// Whole files as Wasmtime writes them, with the recommended scheme and with shared
/// equal maps; `None` if nothing is recommended or nothing was executed.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let own = decision.recommended()?.scheme.name.as_str();
    let schemes = ["consed", own];
    let mut files: BTreeMap<(&str, Collector), File> = BTreeMap::new();
    for row in results
        .executions
        .iter()
        .flatten()
        .filter(|row| row.memo == 0)
    {
        if let Some(i) = schemes.iter().position(|scheme| *scheme == row.scheme) {
            let file = files
                .entry((row.module.as_str(), row.collector))
                .or_insert_with(|| File {
                    label: format!("{} · {}", row.module, row.collector),
                    ratios: vec![None; schemes.len()],
                    of: row,
                });
            file.ratios[i] = row.cwasm_ratio;
        }
    }
    let mut files: Vec<File> = files.into_values().collect();
    files.retain(|file| file.ratios.iter().any(Option::is_some));
    let last = |file: &File| file.ratios[schemes.len() - 1].unwrap_or(1.0);
    files.sort_by(|a, b| a.of.tier.cmp(&b.of.tier).then(last(a).total_cmp(&last(b))));
    if files.is_empty() {
        return None;
    }
    let mut table = Table::new(2, ["file", "tier"]);
    table
        .head
        .extend(schemes.map(|scheme| format!("`{scheme}`")));
    for file in &files {
        let cells = file.ratios.iter().map(|ratio| known(*ratio, percent));
        table.push(
            [file.label.clone(), file.of.tier.to_string()]
                .into_iter()
                .chain(cells),
        );
    }
    Some(Figure {
        id: "files".to_owned(),
        title: "What becomes of the .cwasm".to_owned(),
        description: format!(
            "The whole file that Wasmtime writes, pages and all, as a percentage of today's, with {own} and with equal maps shared; wild modules first. A small file is a page more or less."
        ),
        svg: draw(WIDTH, 40 + ROW * files.len() as i32 + BELOW, |c| {
            paint(c, &files, &schemes);
        }),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn paint(c: &mut Canvas, files: &[File<'_>], schemes: &[&str]) {
    let widths = files.iter().map(|file| text_width(&file.label, SMALL));
    let (left, right) = (widths.max().unwrap_or(0) + 16, WIDTH - 30);
    let marks = schemes.iter().enumerate();
    let legend: Vec<(String, Swatch)> = marks
        .map(|(i, scheme)| ((*scheme).to_owned(), Swatch::Marker(i, Ink::Series(i))))
        .collect();
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + ROW * files.len() as i32;
    let all = files.iter().flat_map(|file| file.ratios.iter().flatten());
    let steps = (all.copied().fold(1.0, f64::max) / STEP).ceil() as i32;
    let end = f64::from(steps) * STEP;
    let x = |ratio: f64| left + (f64::from(right - left) * ratio / end).round() as i32;
    for step in (0..=steps).step_by(2) {
        let at = x(f64::from(step) * STEP);
        c.line((at, top), (at, bottom), Ink::Grid, 1);
        let text = (10 * step).to_string();
        c.text(&text, (at, bottom + 14), SMALL, Anchor::Middle, Ink::Text);
    }
    for (j, file) in files.iter().enumerate() {
        let y = top + ROW * j as i32 + ROW / 2;
        c.text(&file.label, (left - 10, y), SMALL, Anchor::End, Ink::Text);
        for (i, ratio) in file.ratios.iter().enumerate() {
            if let Some(ratio) = ratio {
                c.marker(i, (x(*ratio), y), 4, Ink::Series(i));
            }
        }
        let cells = file.ratios.iter().zip(schemes);
        let cells: Vec<String> = cells
            .map(|(ratio, scheme)| {
                let ratio = ratio.map_or_else(|| NONE.to_owned(), percent);
                format!("{scheme} {ratio}")
            })
            .collect();
        let text = format!("{}: {}", file.label, cells.join(", "));
        c.hover((left, y - ROW / 2), (right, y + ROW / 2), &text);
    }
    let middle = ((left + right) / 2, bottom + 36);
    let title = "% of today's .cwasm";
    c.text(title, middle, FONT, Anchor::Middle, Ink::Text);
}
