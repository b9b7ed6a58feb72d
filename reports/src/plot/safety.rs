//! What became of injected faults: detected, harmless or harmful.

use super::Figure;
use super::canvas::{Anchor, Canvas, SMALL, Swatch, draw, text_width};
use super::palette::Ink;
use crate::format::{count, percent};
use crate::results::Results;
use crate::safety::{Class, Tally, tallies};
use crate::table::Table;

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
    policy: String,
    tally: Tally,
}

/// `None` when no faults were injected.
pub(super) fn figure(results: &Results) -> Option<Figure> {
    let tallies = tallies(results.safety.as_deref()?);
    // A scheme that only safety.csv knows, such as a negative control, is shown too.
    let listed = |name: &str| results.schemes.iter().position(|s| s.name == name);
    let mut bars: Vec<Bar> = tallies
        .into_iter()
        .filter(|(_, tally)| tally.total() > 0)
        .map(|((scheme, policy), tally)| Bar {
            name: format!("{scheme}, {policy}"),
            scheme,
            policy,
            tally,
        })
        .collect();
    bars.sort_by_key(|b| (b.policy.clone(), listed(&b.scheme).unwrap_or(usize::MAX)));
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
            bar.policy.clone(),
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
