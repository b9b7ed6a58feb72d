//! Scheme × module, one plot per tier and quantity, because tiers are never
//! averaged together.

use super::canvas::{Anchor, Canvas, SMALL, Swatch, draw, text_width};
use super::figure::{Figure, slug};
use super::palette::{HEAT_STEPS, Ink};
use crate::format::{known, module, percent_number, plain};
use crate::results::{BASELINE, ModuleKey, Results, Scenario, Tier};
use crate::stats::Decision;
use crate::stats::headline::{Headline, TIERS, modules_of};
use crate::stats::means::time_ratios;
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

const CELL: (i32, i32) = (48, 22);
/// What the rows usually are of.
const MODULE: &str = "module";
/// Upper ends of all steps but the last, as ratios; the fifth is "as today".
pub(super) const BYTES: [f64; HEAT_STEPS - 1] = [0.05, 0.15, 0.4, 0.98, 1.02, 1.1, 1.3, 2.0];
const TIME: [f64; HEAT_STEPS - 1] = [0.5, 0.7, 0.85, 0.97, 1.03, 1.2, 1.5, 2.5];

/// What is drawn: a value for some pairs of a row and a scheme.
pub(super) struct Grid {
    /// What the rows are of.
    pub(super) head: &'static str,
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) values: BTreeMap<(String, String), f64>,
    pub(super) ends: [f64; HEAT_STEPS - 1],
    pub(super) text: fn(f64) -> String,
}

/// Bytes for every tier, lookup time hot and cold where it was measured.
pub(super) fn figures(results: &Results, decision: &Decision) -> Vec<Figure> {
    let mut figures = Vec::new();
    for tier in TIERS {
        let rows = rows(results, tier);
        if rows.is_empty() {
            continue;
        }
        let grid = size_grid(results, rows.clone());
        let what = "Bytes as a percentage of exact. Below 100 is better";
        figures.push(figure(
            format!("heat-bytes-{tier}"),
            format!("Bytes, tier {tier}"),
            what,
            &grid,
        ));
        let isa = decision.headline.isa;
        let own = Headline::over(results, tier, isa, modules_of(results, tier, isa));
        for scenario in own.scenarios() {
            let grid = time_grid(results, &rows, scenario);
            if grid.rows.is_empty() {
                continue;
            }
            let id = slug(&format!("heat {} {tier}", scenario.cache));
            let title = format!("Lookup time, {} caches, tier {tier}", scenario.cache);
            let what = format!("Lookup time as a ratio to exact ({scenario}). Below 1 is better");
            figures.push(figure(id, title, &what, &grid));
        }
    }
    figures
}

fn rows(results: &Results, tier: Tier) -> Vec<ModuleKey> {
    let rows = results.sizes.iter().filter(|r| r.tier == tier);
    let keys: BTreeSet<ModuleKey> = rows.map(|r| r.key()).collect();
    keys.into_iter().collect()
}

/// All schemes but the one that ratios are to.
pub(super) fn schemes(results: &Results) -> Vec<String> {
    let others = results.schemes.iter().filter(|s| s.name != BASELINE);
    others.map(|s| s.name.clone()).collect()
}

fn size_grid(results: &Results, rows: Vec<ModuleKey>) -> Grid {
    let sizes = results
        .sizes
        .iter()
        .filter_map(|r| Some(((module(&r.key()), r.scheme.clone()), r.ratio?)));
    Grid {
        head: MODULE,
        rows: rows.iter().map(module).collect(),
        columns: schemes(results),
        values: sizes.collect(),
        ends: BYTES,
        text: percent_number,
    }
}

fn time_grid(results: &Results, rows: &[ModuleKey], scenario: Scenario) -> Grid {
    let mut values = BTreeMap::new();
    for scheme in schemes(results) {
        for (key, ratio) in time_ratios(results, rows, &scheme, scenario) {
            values.insert((module(&key), scheme.clone()), ratio.ratio);
        }
    }
    let timed = |row: &String| values.keys().any(|(r, _)| r == row);
    Grid {
        head: MODULE,
        rows: rows.iter().map(module).filter(timed).collect(),
        columns: schemes(results),
        values,
        ends: TIME,
        text: plain,
    }
}

pub(super) fn figure(id: String, title: String, what: &str, grid: &Grid) -> Figure {
    let mut table = Table::new(1, [grid.head]);
    table
        .head
        .extend(grid.columns.iter().map(|c| format!("`{c}`")));
    for row in &grid.rows {
        let cells = grid.columns.iter().map(|scheme| grid.cell(row, scheme));
        table.push(std::iter::once(row.clone()).chain(cells));
    }
    let (width, height) = (grid.width(), grid.height());
    Figure {
        id,
        title,
        description: format!("{what}; a cell without a figure was not measured."),
        svg: draw(width, height, |c| paint(c, grid)),
        width,
        shrinks: false,
        table,
    }
}

impl Grid {
    fn cell(&self, row: &str, scheme: &str) -> String {
        let value = self.values.get(&(row.to_owned(), scheme.to_owned()));
        known(value, |value| (self.text)(*value))
    }

    fn step(&self, value: f64) -> usize {
        self.ends
            .iter()
            .position(|end| value <= *end)
            .unwrap_or(HEAT_STEPS - 1)
    }

    fn left(&self) -> i32 {
        let widths = self.rows.iter().map(|row| text_width(row, SMALL));
        widths.max().unwrap_or(0) + 10
    }

    fn top(&self) -> i32 {
        let widths = self.columns.iter().map(|s| text_width(s, SMALL));
        widths.max().unwrap_or(0) + 12
    }

    fn width(&self) -> i32 {
        (self.left() + CELL.0 * self.columns.len() as i32 + 4).max(560)
    }

    fn height(&self) -> i32 {
        self.top() + CELL.1 * self.rows.len() as i32 + 56
    }
}

fn paint(c: &mut Canvas, grid: &Grid) {
    let (left, top) = (grid.left(), grid.top());
    for (i, scheme) in grid.columns.iter().enumerate() {
        let x = left + CELL.0 * i as i32 + CELL.0 / 2;
        c.text(scheme, (x, top - 6), SMALL, Anchor::Upwards, Ink::Text);
    }
    for (j, row) in grid.rows.iter().enumerate() {
        let y = top + CELL.1 * j as i32;
        let middle = y + CELL.1 / 2;
        c.text(row, (left - 8, middle), SMALL, Anchor::End, Ink::Text);
        for (i, scheme) in grid.columns.iter().enumerate() {
            let x = left + CELL.0 * i as i32;
            let Some(value) = grid.values.get(&(row.clone(), scheme.clone())) else {
                continue;
            };
            let (from, to) = ((x + 1, y + 1), (x + CELL.0 - 1, y + CELL.1 - 1));
            c.rect(from, to, Ink::Heat(grid.step(*value)));
            let text = (grid.text)(*value);
            let at = (x + CELL.0 / 2, middle);
            c.text(&text, at, SMALL, Anchor::Middle, Ink::Text);
            c.hover(from, to, &format!("{scheme} on {row}: {text}"));
        }
    }
    let y = top + CELL.1 * grid.rows.len() as i32 + 14;
    let text = |v: f64| (grid.text)(v).trim_end_matches(".0").to_owned();
    let last = grid.ends[HEAT_STEPS - 2];
    let entries: Vec<(String, Swatch)> = (0..HEAT_STEPS)
        .map(|i| {
            let end = grid.ends.get(i);
            let name = end.map_or_else(
                || format!("> {}", text(last)),
                |e| format!("≤ {}", text(*e)),
            );
            (name, Swatch::Box(Ink::Heat(i)))
        })
        .collect();
    c.legend((6, y, grid.width()), &entries);
}
