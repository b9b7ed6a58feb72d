//! What became of injected faults: detected, harmless or harmful.

use super::canvas::{Anchor, Canvas, SMALL, Swatch, draw, text_width};
use super::faults;
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{count, percent};
use crate::results::{Class, Policy, Results};
use crate::stats::safety::{Tally, by_scheme};
use crate::table::Table;

const WIDTH: i32 = 720;
const ROW: i32 = 22;
const CLASSES: [(Class, &str, Ink); 3] = [
    (Class::Detected, "detected", Ink::Part(1)),
    (Class::Harmless, "not noticed, right answer", Ink::Part(4)),
    (Class::Harmful, "not noticed, wrong answer", Ink::Part(3)),
];

/// One scheme under one policy, all faults together.
struct Bar<'r> {
    name: String,
    scheme: &'r str,
    policy: Policy,
    tally: Tally,
}

/// Nothing when no faults were injected.
pub(super) fn figures(results: &Results) -> Vec<Figure> {
    let by_kind = faults::figures(results);
    outcomes(results).into_iter().chain(by_kind).collect()
}

/// Those of the schemes, and of controls that `safety.csv` alone knows.
fn bars(results: &Results) -> Option<Vec<Bar<'_>>> {
    let tallies = by_scheme(results.safety.as_deref()?).into_iter();
    let tallies = tallies.filter(|(_, tally)| tally.total() > 0);
    let bars = tallies.map(|((scheme, policy), tally)| Bar {
        name: format!("{scheme}, {policy}"),
        scheme,
        policy,
        tally,
    });
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by_key(|bar| (bar.policy.name(), results.place(bar.scheme)));
    (!bars.is_empty()).then_some(bars)
}

fn outcomes(results: &Results) -> Option<Figure> {
    let bars = bars(results)?;
    let mut table = Table::new(2, ["scheme", "policy", "faults"]);
    let titles = CLASSES.map(|(_, name, _)| name.to_owned());
    table.head.extend(titles);
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
    let labels = bars.iter().map(|bar| text_width(&bar.name, SMALL));
    let (left, right) = (labels.max().unwrap_or(0) + 10, WIDTH - 10);
    let x = |share: f64| left + (share * f64::from(right - left)).round() as i32;
    for (i, bar) in bars.iter().enumerate() {
        let y = top + ROW * i as i32 + ROW / 2;
        c.text(&bar.name, (left - 8, y), SMALL, Anchor::End, Ink::Text);
        let mut sum = 0.0;
        for (class, name, ink) in CLASSES {
            let share = bar.tally.share(class);
            let (from, to) = ((x(sum), y - 8), (x(sum + share), y + 8));
            sum += share;
            if to.0 > from.0 {
                c.rect(from, to, ink);
                let text = format!("{}: {name} {}", bar.name, percent(share));
                c.hover(from, to, &text);
            }
        }
    }
}
