//! How the ratios spread over the modules: one small panel per scheme, with
//! the empirical distribution of each quantity.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, Swatch, draw};
use super::figure::Figure;
use super::palette::Ink;
use crate::format::{plain, plural};
use crate::results::{BASELINE, Results};
use crate::stats::Decision;
use crate::stats::means::time_ratios;
use crate::stats::quantile;
use crate::table::Table;

const COLUMNS: usize = 3;
const PANEL: (i32, i32) = (244, 178);
const WIDTH: i32 = PANEL.0 * COLUMNS as i32 + 4;
const TOP: i32 = 30;

/// The sorted ratios of one scheme by quantity.
struct Panel {
    scheme: String,
    curves: Vec<(&'static str, Vec<f64>)>,
}

/// `None` when there is no scheme but the baseline.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let panels: Vec<Panel> = results
        .schemes
        .iter()
        .filter(|s| s.name != BASELINE)
        .map(|s| panel(results, decision, &s.name))
        .filter(|p| p.curves.iter().any(|(_, v)| !v.is_empty()))
        .collect();
    if panels.is_empty() {
        return None;
    }
    let head = [
        "scheme",
        "quantity",
        "modules",
        "least",
        "quarter",
        "half",
        "three quarters",
        "greatest",
    ];
    let mut table = Table::new(2, head);
    for p in &panels {
        for (name, values) in p.curves.iter().filter(|(_, v)| !v.is_empty()) {
            let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(|q| plain(quantile(values, q)));
            let row = [
                format!("`{}`", p.scheme),
                (*name).to_owned(),
                values.len().to_string(),
            ];
            table.push(row.into_iter().chain(quantiles));
        }
    }
    let rows = panels.len().div_ceil(COLUMNS) as i32;
    Some(Figure {
        id: "ecdf".to_owned(),
        title: "Share of modules at or below a ratio".to_owned(),
        description: format!(
            "Empirical distribution over the {} of the headline, one panel per scheme. Each step is a module; further left is better; the vertical line is {BASELINE}.",
            plural(decision.headline.modules.len(), "module")
        ),
        svg: draw(WIDTH, TOP + PANEL.1 * rows + 24, |c| paint(c, &panels)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn panel(results: &Results, decision: &Decision, scheme: &str) -> Panel {
    let chosen = &decision.headline.modules;
    let rows = results.sizes.iter();
    let bytes = rows.filter(|r| r.scheme == scheme && chosen.contains(&r.key()));
    let mut curves = vec![("bytes", sorted(bytes.filter_map(|r| r.ratio)))];
    let headline = &decision.headline;
    for (name, scenario) in [("hot", headline.hot), ("cold", headline.cold)] {
        if let Some(scenario) = scenario {
            let ratios = time_ratios(results, chosen, scheme, scenario);
            curves.push((name, sorted(ratios.into_values().map(|r| r.ratio))));
        }
    }
    Panel {
        scheme: scheme.to_owned(),
        curves,
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn paint(c: &mut Canvas, panels: &[Panel]) {
    let values = panels
        .iter()
        .flat_map(|p| p.curves.iter().flat_map(|(_, v)| v.iter().copied()));
    let axis = LogAxis::over(values, 5);
    let names = panels[0].curves.iter().enumerate();
    let legend: Vec<(String, Swatch)> = names
        .map(|(i, (name, _))| ((*name).to_owned(), Swatch::Marker(i, ink(i))))
        .collect();
    c.legend((30, 4, WIDTH), &legend);
    for (i, panel) in panels.iter().enumerate() {
        let x = PANEL.0 * (i % COLUMNS) as i32;
        let y = TOP + PANEL.1 * (i / COLUMNS) as i32;
        paint_panel(c, panel, &axis, (x, y));
    }
    let bottom = TOP + PANEL.1 * panels.len().div_ceil(COLUMNS) as i32 + 8;
    let text = "across: ratio to exact (log scale); up: share of modules, %";
    c.text(text, (WIDTH / 2, bottom), FONT, Anchor::Middle, Ink::Text);
}

/// The text's colour is left to the frame.
fn ink(curve: usize) -> Ink {
    Ink::Series(curve + 1)
}

fn paint_panel(c: &mut Canvas, panel: &Panel, axis: &LogAxis, (left, top): (i32, i32)) {
    let (from, to) = (
        (left + 36, top + 24),
        (left + PANEL.0 - 12, top + PANEL.1 - 26),
    );
    let x = |v: f64| axis.at(v, from.0, to.0);
    let y = |share: f64| to.1 - (share * f64::from(to.1 - from.1)).round() as i32;
    c.bold(&panel.scheme, (from.0, top + 12), SMALL, Anchor::Start);
    for share in [0.0, 0.5, 1.0] {
        c.line((from.0, y(share)), (to.0, y(share)), Ink::Grid, 1);
        let label = format!("{:.0}", 100.0 * share);
        let at = (from.0 - 5, y(share));
        c.text(&label, at, SMALL, Anchor::End, Ink::Muted);
    }
    for &tick in &axis.ticks {
        c.line((x(tick), from.1), (x(tick), to.1), Ink::Grid, 1);
        let label = plain(tick)
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned();
        c.text(
            &label,
            (x(tick), to.1 + 12),
            SMALL,
            Anchor::Middle,
            Ink::Text,
        );
    }
    c.line((x(1.0), from.1), (x(1.0), to.1), Ink::Muted, 1);
    for (i, (name, values)) in panel.curves.iter().enumerate() {
        let mut path = Vec::new();
        for (k, v) in values.iter().enumerate() {
            path.push((x(*v), y(k as f64 / values.len() as f64)));
            path.push((x(*v), y((k + 1) as f64 / values.len() as f64)));
        }
        if path.is_empty() {
            continue;
        }
        c.path(&path, ink(i), 2);
        let half = quantile(values, 0.5);
        let at = (x(half), y(0.5));
        c.marker(i, at, 4, ink(i));
        let text = format!(
            "{}: half of the modules at {name} ≤ {}",
            panel.scheme,
            plain(half)
        );
        c.hover((at.0 - 8, at.1 - 8), (at.0 + 8, at.1 + 8), &text);
    }
}
