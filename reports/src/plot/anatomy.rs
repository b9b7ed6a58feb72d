//! What the stack maps of the headline's modules look like.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{count, percent};
use crate::headline::anatomy::{floor_table, parts as parts_of, shape_table};
use crate::results::{AnatomyRow, Results};
use crate::stats::Decision;

const WIDTH: i32 = 720;
const ROW: i32 = 24;

/// Nothing unless the run looked at its modules.
pub(super) fn figures(results: &Results, decision: &Decision) -> Vec<Figure> {
    let rows = decision.headline.anatomy(results);
    if rows.is_empty() {
        return Vec::new();
    }
    let figure = |id: &str, title: &str, description: &str, svg, table| Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        svg,
        width: WIDTH,
        shrinks: false,
        table,
    };
    let height = 76 + ROW * rows.len() as i32;
    vec![
        figure(
            "anatomy-slots",
            "A map has some slots, and few differ from the map before",
            "Live slots of a map, and slots in which it differs from the one before where both have the same frame size: the median (left end of a bar), the 90th percentile (right end) and the maximum (marker). One more is drawn than counted, so that none has a place on the axis.",
            draw(WIDTH, height, |c| slots(c, &rows)),
            shape_table(&rows),
        ),
        figure(
            "anatomy-parts",
            "Where today's bytes are, and how few would do",
            "Today's section by part. The vertical marks say what `xz -9e` makes of it and the zero-order entropy of gaps and maps, which charges nothing for spelling each different map out once.",
            draw(WIDTH, height, |c| parts(c, &rows)),
            floor_table(&rows, results),
        ),
    ]
}

fn label_width(rows: &[&AnatomyRow]) -> i32 {
    let widths = rows.iter().map(|r| text_width(&r.module, SMALL));
    widths.max().unwrap_or(0) + 16
}

fn slots(c: &mut Canvas, rows: &[&AnatomyRow]) {
    let (left, right) = (label_width(rows), WIDTH - 24);
    let kinds = ["slots of a map", "slots that differ from the map before"];
    let legend: Vec<_> = kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| ((*kind).to_owned(), Swatch::Marker(i, Ink::Series(i + 1))))
        .collect();
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + ROW * rows.len() as i32;
    let most = rows.iter().map(|r| r.slots_max.max(r.hamming_max) + 1);
    let axis = LogAxis::over(most.map(|n| n as f64), 6);
    let x = |n: u64| axis.at((n + 1) as f64, left, right);
    for &tick in axis.ticks.iter().filter(|t| t.fract() == 0.0) {
        let at = axis.at(tick, left, right);
        c.line((at, top), (at, bottom), Ink::Grid, 1);
        let text = count(tick as u64);
        c.text(&text, (at, bottom + 14), SMALL, Anchor::Middle, Ink::Text);
    }
    for (j, row) in rows.iter().enumerate() {
        let y = top + ROW * j as i32 + ROW / 2;
        c.text(&row.module, (left - 10, y), SMALL, Anchor::End, Ink::Text);
        let spreads = [
            [row.slots_p50, row.slots_p90, row.slots_max],
            [row.hamming_p50, row.hamming_p90, row.hamming_max],
        ];
        for (i, [p50, p90, max]) in spreads.into_iter().enumerate() {
            let y = y + 10 * i as i32 - 5;
            let ink = Ink::Series(i + 1);
            c.rect((x(p50) - 1, y - 3), (x(p90) + 1, y + 3), ink);
            c.marker(i, (x(max), y), 4, ink);
            let text = format!("{}, {}: {p50} / {p90} / {max}", row.module, kinds[i]);
            c.hover((x(p50) - 6, y - 5), (x(max) + 6, y + 5), &text);
        }
    }
    let middle = ((left + right) / 2, bottom + 36);
    c.text(
        "slots + 1 (log scale)",
        middle,
        FONT,
        Anchor::Middle,
        Ink::Text,
    );
}

fn parts(c: &mut Canvas, rows: &[&AnatomyRow]) {
    let (left, right) = (label_width(rows), WIDTH - 60);
    let mut legend: Vec<_> = parts_of(rows[0])
        .iter()
        .enumerate()
        .map(|(i, (name, _))| ((*name).to_owned(), Swatch::Box(Ink::Part(i))))
        .collect();
    let floors = ["xz -9e", "entropy"];
    legend.extend(
        (floors.iter().enumerate()).map(|(i, f)| ((*f).to_owned(), Swatch::Marker(i, Ink::Text))),
    );
    let top = c.legend((left, 4, WIDTH), &legend);
    for (j, row) in rows.iter().enumerate() {
        let y = top + ROW * j as i32 + ROW / 2;
        c.text(&row.module, (left - 10, y), SMALL, Anchor::End, Ink::Text);
        let whole = row.section_bytes.max(1) as f64;
        let x = |share: f64| left + (share * f64::from(right - left)).round() as i32;
        let mut sum = 0;
        for (i, (name, size)) in parts_of(row).into_iter().enumerate() {
            let from = x(sum as f64 / whole);
            sum += size;
            let to = x(sum as f64 / whole);
            c.rect((from, y - 5), (to, y + 9), Ink::Part(i));
            let text = format!("{}, {name}: {}", row.module, percent(size as f64 / whole));
            c.hover((from, y - 5), (to, y + 9), &text);
        }
        let floors = [row.xz_bytes.map(|b| b as f64), Some(row.entropy0_bytes)];
        for (i, floor) in floors.into_iter().enumerate() {
            let Some(floor) = floor else { continue };
            c.marker(i, (x(floor / whole), y - 8), 3, Ink::Text);
        }
        let end = (right + 6, y + 2);
        let text = percent(row.xz_bytes.map_or(row.entropy0_bytes, |b| b as f64) / whole);
        c.text(&text, end, SMALL, Anchor::Start, Ink::Text);
    }
}
