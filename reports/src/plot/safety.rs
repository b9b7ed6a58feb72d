//! What became of injected faults: detected, harmless or harmful.

use super::canvas::{Anchor, Canvas, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{count, known, percent, percent_number};
use crate::results::{Class, Policy, Results};
use crate::stats::safety::{Tally, by_fault, by_scheme};
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

const WIDTH: i32 = 720;
const ROW: i32 = 22;
const CLASSES: [(Class, &str, Ink); 3] = [
    (Class::Detected, "detected", Ink::Part(1)),
    (Class::Harmless, "not noticed, right answer", Ink::Part(4)),
    (Class::Harmful, "not noticed, wrong answer", Ink::Part(3)),
];

struct Bar {
    name: String,
    scheme: String,
    policy: Policy,
    tally: Tally,
}

/// Nothing when no faults were injected.
pub(super) fn figures(results: &Results) -> Vec<Figure> {
    let Some(rows) = results.safety.as_deref() else {
        return Vec::new();
    };
    let policies = [
        (
            Policy::Today,
            "as Wasmtime is, where a missing entry means no references",
        ),
        (Policy::Strict, "if a missing entry were fatal"),
    ];
    let heat = policies.into_iter().filter_map(|(policy, means)| {
        let faults = by_fault(rows, policy);
        (!faults.is_empty()).then(|| heat(results, &faults, policy, means))
    });
    outcomes(results).into_iter().chain(heat).collect()
}

/// Share of wrong answers by fault and scheme.
fn heat(
    results: &Results,
    faults: &BTreeMap<&str, BTreeMap<&str, Tally>>,
    policy: Policy,
    means: &str,
) -> Figure {
    let named: BTreeSet<&str> = faults.values().flat_map(BTreeMap::keys).copied().collect();
    let mut schemes: Vec<&str> = named.into_iter().collect();
    let listed = |name: &str| results.schemes.iter().position(|s| s.name == name);
    schemes.sort_by_key(|s| listed(s).unwrap_or(usize::MAX));
    let mut table = Table::new(1, ["fault"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    for (fault, tallies) in faults {
        let cells = schemes
            .iter()
            .map(|s| known(tallies.get(s), |t| percent(t.share(Class::Harmful))));
        table.push(std::iter::once((*fault).to_owned()).chain(cells));
    }
    let width = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|t| text_width(t, SMALL)).max().unwrap_or(0)
    };
    let (left, top) = (
        width(&mut faults.keys().copied()) + 12,
        width(&mut schemes.iter().copied()) + 12,
    );
    let size = (
        left + CELL.0 * schemes.len() as i32 + 8,
        top + CELL.1 * faults.len() as i32 + 8,
    );
    let svg = draw(size.0, size.1, |c| {
        for (i, scheme) in schemes.iter().enumerate() {
            let x = left + CELL.0 * i as i32 + CELL.0 / 2;
            c.text(scheme, (x, top - 6), SMALL, Anchor::Upwards, Ink::Text);
        }
        for (j, (fault, tallies)) in faults.iter().enumerate() {
            let y = top + CELL.1 * j as i32;
            c.text(
                fault,
                (left - 8, y + CELL.1 / 2),
                SMALL,
                Anchor::End,
                Ink::Text,
            );
            for (i, scheme) in schemes.iter().enumerate() {
                let Some(tally) = tallies.get(scheme) else {
                    continue;
                };
                let x = left + CELL.0 * i as i32;
                let share = tally.share(Class::Harmful);
                // From "as today", the middle of the scale, to its worst.
                let step = STEPS.iter().filter(|end| share > **end).count();
                let (from, to) = ((x, y), (x + CELL.0 - 2, y + CELL.1 - 2));
                c.rect(from, to, Ink::Heat(4 + step));
                let middle = (x + CELL.0 / 2 - 1, y + CELL.1 / 2);
                c.text(
                    &percent_number(share),
                    middle,
                    SMALL,
                    Anchor::Middle,
                    Ink::Text,
                );
                let text = format!(
                    "{scheme}, {fault}: {} of {} wrong",
                    percent(share),
                    count(tally.total())
                );
                c.hover(from, to, &text);
            }
        }
    });
    Figure {
        id: format!("safety-heat-{policy}"),
        title: format!("Faults answered silently wrong, policy {policy}"),
        description: format!(
            "Percentage of the injected faults of each kind that a scheme answers with wrong roots and nobody notices, {means}."
        ),
        svg,
        width: size.0,
        shrinks: false,
        table,
    }
}

const CELL: (i32, i32) = (48, 22);
/// Shares of wrong answers at which the colour changes.
const STEPS: [f64; 4] = [0.0, 0.05, 0.25, 0.6];

/// All faults together.
fn outcomes(results: &Results) -> Option<Figure> {
    let tallies = by_scheme(results.safety.as_deref()?);
    // A scheme that only safety.csv knows, such as a negative control, is shown too.
    let listed = |name: &str| results.schemes.iter().position(|s| s.name == name);
    let mut bars: Vec<Bar> = tallies
        .into_iter()
        .filter(|(_, tally)| tally.total() > 0)
        .map(|((scheme, policy), tally)| Bar {
            name: format!("{scheme}, {policy}"),
            scheme: scheme.to_owned(),
            policy,
            tally,
        })
        .collect();
    bars.sort_by_key(|b| (b.policy.name(), listed(&b.scheme).unwrap_or(usize::MAX)));
    if bars.is_empty() {
        return None;
    }
    let mut table = Table::new(2, ["scheme", "policy", "faults"]);
    table
        .head
        .extend(CLASSES.map(|(_, name, _)| name.to_owned()));
    for bar in &bars {
        let shares = CLASSES.map(|(class, ..)| percent(bar.tally.share(class)));
        let row = [
            format!("`{}`", bar.scheme),
            bar.policy.to_string(),
            count(bar.tally.total()),
        ];
        table.push(row.into_iter().chain(shares));
    }
    Some(Figure {
        id: "safety-outcomes".to_owned(),
        title: "What became of injected faults".to_owned(),
        description: "Share of all injected faults, all modules together, by scheme and by what the caller makes of a missing entry.".to_owned(),
        svg: draw(WIDTH, 52 + ROW * bars.len() as i32, |c| paint(c, &bars)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn paint(c: &mut Canvas, bars: &[Bar]) {
    let legend = CLASSES.map(|(_, name, ink)| (name.to_owned(), Swatch::Box(ink)));
    let top = c.legend((0, 4, WIDTH), &legend);
    let label = bars
        .iter()
        .map(|b| text_width(&b.name, SMALL))
        .max()
        .unwrap_or(0);
    let (left, right) = (label + 10, WIDTH - 10);
    for (i, bar) in bars.iter().enumerate() {
        let y = top + ROW * i as i32 + ROW / 2;
        c.text(&bar.name, (left - 8, y), SMALL, Anchor::End, Ink::Text);
        let mut sum = 0.0;
        for (class, name, ink) in CLASSES {
            let share = bar.tally.share(class);
            let x = |s: f64| left + (s * f64::from(right - left)).round() as i32;
            let (from, to) = ((x(sum), y - 8), (x(sum + share), y + 8));
            sum += share;
            if to.0 > from.0 {
                c.rect(from, to, ink);
                c.hover(
                    from,
                    to,
                    &format!("{}: {name} {}", bar.name, percent(share)),
                );
            }
        }
    }
}
