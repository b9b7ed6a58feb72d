//! How deep the stacks of collections are.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::count;
use crate::results::{Results, Tier, WalkRow};
use crate::table::Table;

const WIDTH: i32 = 720;
const ROW: i32 = 18;
/// Below the rows: figures and title of the axis.
const BELOW: i32 = 50;
const MARKS: [&str; 3] = ["median", "99th percentile", "deepest"];

/// Frames of a collection of each execution of a wild module. `None` if none ran.
pub(super) fn figure(results: &Results) -> Option<Figure> {
    let rows = results.walks.as_deref()?.iter();
    let rows: Vec<&WalkRow> = rows.filter(|row| row.tier == Tier::Wild).collect();
    let mut table = Table::new(1, ["execution"]);
    table.head.extend(MARKS.map(str::to_owned));
    for row in &rows {
        let cells = frames(row).map(count);
        table.push(std::iter::once(label(row)).chain(cells));
    }
    let height = 40 + ROW * rows.len() as i32 + BELOW;
    (!rows.is_empty()).then(|| Figure {
        id: "walk-depths".to_owned(),
        title: "Frames of a collection".to_owned(),
        description:
            "WebAssembly frames that the collector walks in one collection, execution by execution."
                .to_owned(),
        svg: draw(WIDTH, height, |c| paint(c, &rows)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn label(row: &WalkRow) -> String {
    format!("{}, {}", row.execution, row.collector)
}

fn frames(row: &WalkRow) -> [u64; MARKS.len()] {
    [row.median, row.p99, row.deepest]
}

fn paint(c: &mut Canvas, rows: &[&WalkRow]) {
    let labels = rows.iter().map(|row| text_width(&label(row), SMALL));
    let (left, right) = (labels.max().unwrap_or(0) + 16, WIDTH - 20);
    let marks = MARKS.iter().enumerate();
    let legend: Vec<(String, Swatch)> = marks
        .map(|(i, mark)| ((*mark).to_owned(), Swatch::Marker(i, Ink::Series(i))))
        .collect();
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + ROW * rows.len() as i32;
    // A logarithmic axis has no zero; an empty stack stands where one frame does.
    let all = rows.iter().flat_map(|row| frames(row));
    let axis = LogAxis::spanning(all.map(|v| v.max(1) as f64).chain([1.0, 10.0]), 9);
    let x = |v: u64| axis.at(v.max(1) as f64, left, right);
    for &tick in &axis.ticks {
        let at = axis.at(tick, left, right);
        c.line((at, top), (at, bottom), Ink::Grid, 1);
        let below = (at, bottom + 14);
        c.text(&count(tick as u64), below, SMALL, Anchor::Middle, Ink::Text);
    }
    for (j, row) in rows.iter().enumerate() {
        let y = top + ROW * j as i32 + ROW / 2;
        c.text(&label(row), (left - 10, y), SMALL, Anchor::End, Ink::Text);
        let frames = frames(row);
        c.line((x(frames[0]), y), (x(frames[2]), y), Ink::Muted, 1);
        for (i, &value) in frames.iter().enumerate() {
            c.marker(i, (x(value), y), 4, Ink::Series(i));
        }
        let [median, p99, deepest] = frames.map(count);
        let text = format!("{}: {median}, {p99}, {deepest} frames", label(row));
        c.hover((left, y - ROW / 2), (right, y + ROW / 2), &text);
    }
    let middle = ((left + right) / 2, bottom + 36);
    let title = "frames of a collection (log scale)";
    c.text(title, middle, FONT, Anchor::Middle, Ink::Text);
}
