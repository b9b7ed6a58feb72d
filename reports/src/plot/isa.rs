//! Whether the saving depends on the instruction set.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{known, percent, percent_number};
use crate::results::{BASELINE, Isa, Results};
use crate::stats::Decision;
use crate::stats::schemes::BytesByIsa;
use crate::table::Table;

const WIDTH: i32 = 720;
/// Pixels from one ISA's marker to the next: equal ratios must not hide each other.
const STEP: i32 = 8;

/// `None` unless the tier has modules that exist on several ISAs.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let bytes = BytesByIsa::of(results, decision.headline.tier)?;
    let mut table = Table::new(1, ["scheme"]);
    table.head.extend(bytes.isas.iter().map(Isa::to_string));
    for (scheme, ratios) in &bytes.ratios {
        let cells = ratios.iter().map(|ratio| known(*ratio, percent));
        table.push(std::iter::once(format!("`{scheme}`")).chain(cells));
    }
    let height = 92 + row_height(&bytes) * bytes.ratios.len() as i32;
    Some(Figure {
        id: "isa-bytes".to_owned(),
        title: "Bytes by instruction set".to_owned(),
        description: format!(
            "Bytes as a percentage of {BASELINE} on the same ISA, geometric mean over the {} modules of the tier {} that all of these ISAs have.",
            bytes.modules, decision.headline.tier
        ),
        svg: draw(WIDTH, height, |c| paint(c, &bytes)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

/// Height of a row.
fn row_height(bytes: &BytesByIsa) -> i32 {
    STEP * bytes.isas.len() as i32 + 10
}

fn paint(c: &mut Canvas, bytes: &BytesByIsa) {
    let row = row_height(bytes);
    let labels = bytes.ratios.iter().map(|(s, _)| text_width(s, SMALL));
    let label = labels.max().unwrap_or(0);
    let (left, right) = (label + 16, WIDTH - 20);
    let entries = bytes.isas.iter().enumerate();
    let legend: Vec<(String, Swatch)> = entries
        .map(|(i, isa)| (isa.to_string(), Swatch::Marker(i, Ink::Series(i))))
        .collect();
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + row * bytes.ratios.len() as i32;
    let values = bytes.ratios.iter().flat_map(|(_, r)| r.iter().flatten());
    let axis = LogAxis::over(values.copied(), 9);
    let x = |v: f64| axis.at(v, left, right);
    for &tick in &axis.ticks {
        c.line((x(tick), top), (x(tick), bottom), Ink::Grid, 1);
        let text = percent_number(tick).trim_end_matches(".0").to_owned();
        c.text(
            &text,
            (x(tick), bottom + 14),
            SMALL,
            Anchor::Middle,
            Ink::Text,
        );
    }
    c.line((x(1.0), top), (x(1.0), bottom), Ink::Muted, 1);
    for (j, (scheme, ratios)) in bytes.ratios.iter().enumerate() {
        let y = top + row * j as i32 + row / 2;
        c.text(scheme, (left - 10, y), SMALL, Anchor::End, Ink::Text);
        c.line((left, y + row / 2), (right, y + row / 2), Ink::Grid, 1);
        for (i, ratio) in ratios.iter().enumerate() {
            let Some(ratio) = *ratio else { continue };
            let y = y + STEP * i as i32 - STEP * (bytes.isas.len() as i32 - 1) / 2;
            c.marker(i, (x(ratio), y), 4, Ink::Series(i));
            let text = format!("{scheme} on {}: {}", bytes.isas[i], percent(ratio));
            c.hover((x(ratio) - 7, y - 4), (x(ratio) + 7, y + 4), &text);
        }
    }
    let middle = ((left + right) / 2, bottom + 36);
    c.text(
        "bytes, % of exact (log scale)",
        middle,
        FONT,
        Anchor::Middle,
        Ink::Text,
    );
}
