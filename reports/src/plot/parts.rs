//! Bytes by part of the section, one plot per module of the headline.

use super::canvas::{Anchor, Canvas, SMALL, Swatch, draw, text_width};
use super::figure::{Figure, slug};
use super::palette::Ink;
use crate::format::{bytes, count, known, percent};
use crate::results::{ModuleKey, Results, SizeRow};
use crate::stats::Decision;
use crate::table::Table;
use std::collections::BTreeSet;

const WIDTH: i32 = 360;
const ROW: i32 = 19;
const NAMES: [&str; 5] = ["header", "index", "offsets", "payload", "padding"];

/// One plot per module of the headline.
pub(super) fn figures(results: &Results, decision: &Decision) -> Vec<Figure> {
    of_modules(results, &decision.headline.modules)
}

/// One plot per module, so that each stays legible on a phone.
pub(crate) fn of_modules(results: &Results, modules: &[ModuleKey]) -> Vec<Figure> {
    let mut ids = BTreeSet::new();
    let modules = modules.iter().enumerate();
    let figures = modules.map(|(i, key)| {
        let mut figure = figure(results, key);
        // Names that differ in punctuation alone have the same slug.
        if !ids.insert(figure.id.clone()) {
            figure.id += &format!("-{i}");
        }
        figure
    });
    figures.collect()
}

fn parts(row: &SizeRow) -> [u64; 5] {
    [
        row.bytes_header,
        row.bytes_index,
        row.bytes_offsets,
        row.bytes_payload,
        row.bytes_padding,
    ]
}

fn figure(results: &Results, key: &ModuleKey) -> Figure {
    let listed = results.schemes.iter();
    let rows = listed.filter_map(|scheme| results.size(&scheme.name, key));
    let rows: Vec<&SizeRow> = rows.collect();
    let without = "without `module_start`";
    let mut table = Table::new(1, ["scheme", "bytes", "of exact", without]);
    table.head.extend(NAMES.map(str::to_owned));
    for row in &rows {
        let mut cells = vec![
            format!("`{}`", row.scheme),
            count(row.bytes),
            known(row.ratio, percent),
            known(row.ratio_without_start(), percent),
        ];
        cells.extend(parts(row).map(count));
        table.push(cells);
    }
    let baseline = rows.first().map_or(0, |r| r.baseline_bytes);
    Figure {
        id: format!("parts-{}", slug(&format!("{} {} {}", key.module, key.isa, key.collector))),
        title: format!("{}, {} collector: {} today", key.module, key.collector, bytes(baseline)),
        description: "Bytes of the section by part as a share of today's section. The figure at the end of a bar is the whole.".to_owned(),
        svg: draw(WIDTH, height(rows.len()), |c| paint(c, &rows)),
        width: WIDTH,
        shrinks: true,
        table,
    }
}

fn height(rows: usize) -> i32 {
    64 + ROW * rows as i32
}

fn paint(c: &mut Canvas, rows: &[&SizeRow]) {
    let label = rows
        .iter()
        .map(|r| text_width(&r.scheme, SMALL))
        .max()
        .unwrap_or(0);
    let left = label.min(150) + 6;
    let right = WIDTH - 52;
    let occurs = |part: usize| rows.iter().any(|r| parts(r)[part] > 0);
    let legend: Vec<(String, Swatch)> = (0..NAMES.len())
        .filter(|part| occurs(*part))
        .map(|part| (NAMES[part].to_owned(), Swatch::Box(Ink::Part(part))))
        .collect();
    let top = c.legend((0, 4, WIDTH), &legend);
    let most = rows.iter().filter_map(|r| r.ratio).fold(1.0, f64::max);
    let scale = |share: f64| left + (share / most * f64::from(right - left)).round() as i32;
    let bottom = top + ROW * rows.len() as i32;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        c.line((scale(tick), top - 2), (scale(tick), bottom), Ink::Grid, 1);
    }
    for (i, row) in rows.iter().enumerate() {
        let y = top + ROW * i as i32 + ROW / 2;
        c.text(&row.scheme, (left - 6, y), SMALL, Anchor::End, Ink::Text);
        // Without today's bytes there is no scale for the others.
        let Some(ratio) = row.ratio else { continue };
        let baseline = row.baseline_bytes as f64;
        let mut sum = 0;
        for (part, size) in parts(row).into_iter().enumerate() {
            let (from, to) = (scale(sum as f64 / baseline), {
                sum += size;
                scale(sum as f64 / baseline)
            });
            if to > from {
                c.rect((from, y - 7), (to, y + 7), Ink::Part(part));
                let share = percent(size as f64 / baseline);
                let text = format!(
                    "{}: {} {} B, {share} of exact",
                    row.scheme,
                    NAMES[part],
                    count(size)
                );
                c.hover((from, y - 7), (to, y + 7), &text);
            }
        }
        let end = (scale(ratio) + 4, y);
        c.text(&percent(ratio), end, SMALL, Anchor::Start, Ink::Text);
    }
}
