//! Injected faults by kind and scheme: what share is answered wrongly, and
//! nobody notices.

use super::canvas::{Anchor, Canvas, SMALL, draw, text_width};
use super::figure::Figure;
use super::palette::{HEAT_STEPS, Ink};
use crate::format::{count, known, percent, percent_number};
use crate::results::{Class, Policy, Results};
use crate::stats::safety::{Tally, by_fault};
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

const CELL: (i32, i32) = (48, 22);
/// Between a cell and the next.
const GAP: i32 = 2;
/// Shares of wrong answers at which the colour changes.
const STEPS: [f64; 4] = [0.0, 0.05, 0.25, 0.6];

/// What is drawn under one policy.
struct Grid<'r> {
    schemes: Vec<&'r str>,
    /// By the name of the fault, the tallies of the schemes.
    faults: BTreeMap<&'static str, BTreeMap<&'r str, Tally>>,
}

/// One figure per policy under which faults were injected.
pub(super) fn figures(results: &Results) -> Vec<Figure> {
    let policies = [
        (
            Policy::Today,
            "as Wasmtime is, where a missing entry means no references",
        ),
        (Policy::Strict, "if a missing entry were fatal"),
    ];
    let figures = policies.into_iter().filter_map(|(policy, means)| {
        let grid = Grid::of(results, policy)?;
        Some(figure(&grid, policy, means))
    });
    figures.collect()
}

fn figure(grid: &Grid, policy: Policy, means: &str) -> Figure {
    let mut table = Table::new(1, ["fault"]);
    let schemes = grid.schemes.iter();
    table
        .head
        .extend(schemes.map(|scheme| format!("`{scheme}`")));
    for (fault, tallies) in &grid.faults {
        let share = |tally: &Tally| percent(tally.share(Class::Harmful));
        let cells = grid.schemes.iter().map(|s| known(tallies.get(s), share));
        table.push(std::iter::once((*fault).to_owned()).chain(cells));
    }
    let (width, height) = grid.size();
    Figure {
        id: format!("safety-heat-{policy}"),
        title: format!("Faults answered silently wrong, policy {policy}"),
        description: format!(
            "Percentage of the injected faults of each kind that a scheme answers with wrong roots and nobody notices, {means}."
        ),
        svg: draw(width, height, |c| paint(c, grid)),
        width,
        shrinks: false,
        table,
    }
}

impl<'r> Grid<'r> {
    /// None if no faults were injected under the policy.
    fn of(results: &'r Results, policy: Policy) -> Option<Grid<'r>> {
        let faults = by_fault(results.safety.as_deref()?, policy);
        let named: BTreeSet<&str> = faults.values().flat_map(BTreeMap::keys).copied().collect();
        let mut schemes: Vec<&str> = named.into_iter().collect();
        schemes.sort_by_key(|scheme| results.place(scheme));
        (!faults.is_empty()).then_some(Grid { schemes, faults })
    }

    /// Where the cells begin: the names of faults and schemes lie outside.
    fn origin(&self) -> (i32, i32) {
        let faults = self.faults.keys().map(|name| text_width(name, SMALL));
        let schemes = self.schemes.iter().map(|name| text_width(name, SMALL));
        (
            faults.max().unwrap_or(0) + 12,
            schemes.max().unwrap_or(0) + 12,
        )
    }

    fn size(&self) -> (i32, i32) {
        let (left, top) = self.origin();
        (
            left + CELL.0 * self.schemes.len() as i32 + 8,
            top + CELL.1 * self.faults.len() as i32 + 8,
        )
    }
}

fn paint(c: &mut Canvas, grid: &Grid) {
    let (left, top) = grid.origin();
    for (i, scheme) in grid.schemes.iter().enumerate() {
        let x = left + CELL.0 * i as i32 + CELL.0 / 2;
        c.text(scheme, (x, top - 6), SMALL, Anchor::Upwards, Ink::Text);
    }
    for (j, (fault, tallies)) in grid.faults.iter().enumerate() {
        let y = top + CELL.1 * j as i32;
        let beside = (left - 8, y + CELL.1 / 2);
        c.text(fault, beside, SMALL, Anchor::End, Ink::Text);
        for (i, scheme) in grid.schemes.iter().enumerate() {
            if let Some(tally) = tallies.get(scheme) {
                let at = (left + CELL.0 * i as i32, y);
                paint_cell(c, at, tally, &format!("{scheme}, {fault}"));
            }
        }
    }
}

fn paint_cell(c: &mut Canvas, (x, y): (i32, i32), tally: &Tally, what: &str) {
    let share = tally.share(Class::Harmful);
    // From "as today", the middle of the scale, to its worst.
    let step = STEPS.iter().filter(|end| share > **end).count();
    let (from, to) = ((x, y), (x + CELL.0 - GAP, y + CELL.1 - GAP));
    c.rect(from, to, Ink::Heat(HEAT_STEPS / 2 + step));
    let middle = (x + CELL.0 / 2 - 1, y + CELL.1 / 2);
    let text = percent_number(share);
    c.text(&text, middle, SMALL, Anchor::Middle, Ink::Text);
    let total = count(tally.total());
    c.hover(
        from,
        to,
        &format!("{what}: {} of {total} wrong", percent(share)),
    );
}
