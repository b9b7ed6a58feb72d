//! What part of the whole file the stack maps are, and would be.

use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw, text_width};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{percent, percent_number};
use crate::results::{BASELINE, Results};
use crate::stats::Decision;
use crate::stats::headline::of_tier;
use crate::table::Table;

const WIDTH: i32 = 720;
/// Height of a module's row, and of each of its two bars.
const ROW: i32 = 26;
const BAR: i32 = 8;
/// From one mark of the axis to the next.
const STEP: f64 = 0.1;

/// One module with one collector.
struct Shares {
    module: String,
    collector: String,
    today: f64,
    then: f64,
}

/// The modules of the headline's tier on its ISA, the largest share first;
/// `None` without a recommendation, or if the size of no file is known.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let scheme = decision.recommended()?.scheme.name.as_str();
    let headline = &decision.headline;
    let rows = of_tier(results, headline.tier);
    let rows = rows.filter(|row| row.scheme == scheme && row.isa == headline.isa);
    let shares = rows.filter_map(|row| {
        let whole = row.cwasm_bytes.filter(|bytes| *bytes > 0)? as f64;
        Some(Shares {
            module: row.module.clone(),
            collector: row.collector.to_string(),
            today: row.baseline_bytes as f64 / whole,
            then: row.bytes as f64 / whole,
        })
    });
    let mut shares: Vec<Shares> = shares.collect();
    shares.sort_by(|a, b| b.today.total_cmp(&a.today));
    if shares.is_empty() {
        return None;
    }
    let mut table = Table::new(2, ["module", "collector", "today", scheme]);
    for own in &shares {
        table.push([
            own.module.clone(),
            own.collector.clone(),
            percent(own.today),
            percent(own.then),
        ]);
    }
    let height = ROW * shares.len() as i32 + 90;
    Some(Figure {
        id: "cwasm".to_owned(),
        title: "Share of the stack maps in a whole file".to_owned(),
        description: format!(
            "Bytes of the section as a percentage of today's whole .cwasm on {}: with {BASELINE}, today's format, and with {scheme}.",
            headline.isa
        ),
        svg: draw(WIDTH, height, |c| paint(c, &shares, scheme)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn paint(c: &mut Canvas, shares: &[Shares], scheme: &str) {
    let name = |own: &Shares| format!("{} · {}", own.module, own.collector);
    let widest = shares.iter().map(|own| text_width(&name(own), SMALL)).max();
    let (left, right) = (widest.unwrap_or(0) + 16, WIDTH - 50);
    let legend = [
        (
            format!("{BASELINE}, today"),
            Swatch::Marker(1, Ink::Series(0)),
        ),
        (scheme.to_owned(), Swatch::Marker(1, Ink::Series(1))),
    ];
    let top = c.legend((left, 4, WIDTH), &legend);
    let bottom = top + ROW * shares.len() as i32;
    let most = shares.iter().map(|own| own.today).fold(0.0, f64::max);
    let steps = (most / STEP).ceil().max(1.0) as i32;
    let end = f64::from(steps) * STEP;
    let x = |share: f64| left + (f64::from(right - left) * share / end).round() as i32;
    for step in 0..=steps {
        let share = f64::from(step) * STEP;
        c.line((x(share), top), (x(share), bottom), Ink::Grid, 1);
        let text = format!("{:.0}", 100.0 * share);
        let at = (x(share), bottom + 14);
        c.text(&text, at, SMALL, Anchor::Middle, Ink::Text);
    }
    for (i, own) in shares.iter().enumerate() {
        let y = top + ROW * i as i32 + ROW / 2;
        c.text(&name(own), (left - 10, y), SMALL, Anchor::End, Ink::Text);
        c.rect((left, y - BAR), (x(own.today), y - 1), Ink::Series(0));
        c.rect(
            (left, y),
            (x(own.then).max(left + 1), y + BAR - 1),
            Ink::Series(1),
        );
        let number = percent_number(own.today);
        c.text(
            &number,
            (x(own.today) + 6, y),
            SMALL,
            Anchor::Start,
            Ink::Text,
        );
        let text = format!(
            "{}: {} today, {} then",
            name(own),
            percent(own.today),
            percent(own.then)
        );
        c.hover((left, y - ROW / 2), (right, y + ROW / 2), &text);
    }
    let middle = ((left + right) / 2, bottom + 36);
    c.text(
        "% of today's .cwasm",
        middle,
        FONT,
        Anchor::Middle,
        Ink::Text,
    );
}
