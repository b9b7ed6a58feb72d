//! Whether the saving depends on the instruction set.

use super::Figure;
use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::palette::Ink;
use crate::decision::Decision;
use crate::figures::Spread;
use crate::format::{NONE, percent, percent_number};
use crate::results::{BASELINE, Collector, Isa, Results, Tier};
use crate::select::{isas_of, modules_of};
use crate::table::Table;
use std::collections::BTreeSet;

const WIDTH: i32 = 720;
/// Pixels from one ISA's marker to the next: equal ratios must not hide each other.
const STEP: i32 = 8;

struct Dots {
    isas: Vec<Isa>,
    modules: usize,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

/// `None` unless the tier has modules that exist on several ISAs.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let dots = dots(results, decision.selection.tier)?;
    let mut table = Table::new(1, ["scheme"]);
    table.head.extend(dots.isas.iter().map(Isa::to_string));
    for (scheme, ratios) in &dots.rows {
        let cells = ratios
            .iter()
            .map(|r| r.map_or_else(|| NONE.to_owned(), percent));
        table.push(std::iter::once(format!("`{scheme}`")).chain(cells));
    }
    let height = 92 + dots.row() * dots.rows.len() as i32;
    Some(Figure {
        id: "isa-bytes".to_owned(),
        title: "Bytes by instruction set".to_owned(),
        description: format!(
            "Bytes as a percentage of {BASELINE} on the same ISA, geometric mean over the {} modules of the tier {} that all of these ISAs have.",
            dots.modules, decision.selection.tier
        ),
        svg: draw(WIDTH, height, |c| paint(c, &dots)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn dots(results: &Results, tier: Tier) -> Option<Dots> {
    let isas = isas_of(results, tier);
    let names = |isa: &Isa| -> BTreeSet<(String, Collector)> {
        let keys = modules_of(results, tier, *isa).into_iter();
        keys.map(|k| (k.module, k.collector)).collect()
    };
    let common = isas
        .iter()
        .map(names)
        .reduce(|a, b| a.intersection(&b).cloned().collect())?;
    if isas.len() < 2 || common.is_empty() {
        return None;
    }
    let mean = |scheme: &str, isa: &Isa| {
        let rows = results
            .sizes
            .iter()
            .filter(|r| r.scheme == scheme && r.isa == *isa);
        let rows = rows.filter(|r| common.contains(&(r.module.clone(), r.collector)));
        Spread::of(rows.filter_map(|r| r.ratio))
            .filter(|s| s.n == common.len())
            .map(|s| s.mean)
    };
    let others = results.schemes.iter().filter(|s| s.name != BASELINE);
    let row = |name: &String| {
        (
            name.clone(),
            isas.iter().map(|isa| mean(name, isa)).collect(),
        )
    };
    Some(Dots {
        rows: others.map(|s| row(&s.name)).collect(),
        modules: common.len(),
        isas,
    })
}

impl Dots {
    /// Height of a row.
    fn row(&self) -> i32 {
        STEP * self.isas.len() as i32 + 10
    }
}

fn paint(c: &mut Canvas, dots: &Dots) {
    let row = dots.row();
    let label = dots
        .rows
        .iter()
        .map(|(s, _)| text_width(s, SMALL))
        .max()
        .unwrap_or(0);
    let (left, right) = (label + 16, WIDTH - 20);
    let entries = dots.isas.iter().enumerate();
    let legend: Vec<(String, Swatch)> = entries
        .map(|(i, isa)| (isa.to_string(), Swatch::Marker(i, Ink::Series(i))))
        .collect();
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + row * dots.rows.len() as i32;
    let values = dots
        .rows
        .iter()
        .flat_map(|(_, r)| r.iter().flatten().copied());
    let axis = LogAxis::over(values, 9);
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
    for (j, (scheme, ratios)) in dots.rows.iter().enumerate() {
        let y = top + row * j as i32 + row / 2;
        c.text(scheme, (left - 10, y), SMALL, Anchor::End, Ink::Text);
        c.line((left, y + row / 2), (right, y + row / 2), Ink::Grid, 1);
        for (i, ratio) in ratios.iter().enumerate() {
            let Some(ratio) = *ratio else { continue };
            let y = y + STEP * i as i32 - STEP * (dots.isas.len() as i32 - 1) / 2;
            c.marker(i, (x(ratio), y), 4, Ink::Series(i));
            let text = format!("{scheme} on {}: {}", dots.isas[i], percent(ratio));
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
