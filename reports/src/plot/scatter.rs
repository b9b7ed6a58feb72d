//! Bytes against latency, both as ratios to today's format, with the frontier:
//! the schemes that no other beats on both.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL, draw};
use super::figure::Figure;
use super::labels::{Area, place};
use super::palette::Ink;
use crate::format::{interval, percent, percent_number, plain, times, yes};
use crate::results::{BASELINE, Results, Scenario};
use crate::stats::Decision;
use crate::stats::frontier::lower_left;
use crate::stats::means::MeanRatio;
use crate::stats::schemes::{SchemeMeans, scheme_means};
use crate::table::Table;

const WIDTH: i32 = 640;
const HEIGHT: i32 = 500;
const FRAME: Area = Area {
    left: 78,
    top: 16,
    right: 626,
    bottom: 436,
};

struct Point {
    index: usize,
    name: String,
    eligible: bool,
    bytes: f64,
    time: MeanRatio,
}

/// One scatter for hot caches and one for cold ones, where measured.
pub(super) fn figures(results: &Results, decision: &Decision) -> Vec<Figure> {
    let headline = &decision.headline;
    let all = scheme_means(results, headline);
    let hot = points(&all, |f| f.hot);
    let cold = points(&all, |f| f.cold);
    [("hot", headline.hot, hot), ("cold", headline.cold, cold)]
        .into_iter()
        .filter_map(|(cache, scenario, points)| {
            let scenario = scenario.filter(|_| !points.is_empty())?;
            Some(figure(cache, scenario, &points))
        })
        .collect()
}

fn points(all: &[SchemeMeans], time: fn(&SchemeMeans) -> Option<MeanRatio>) -> Vec<Point> {
    let point = |(index, means): (usize, &SchemeMeans)| {
        Some(Point {
            index,
            name: means.scheme.name.clone(),
            eligible: means.scheme.exact && !means.scheme.control,
            bytes: means.bytes?.mean,
            time: time(means)?,
        })
    };
    all.iter().enumerate().filter_map(point).collect()
}

fn figure(cache: &str, scenario: Scenario, points: &[Point]) -> Figure {
    let frontier = lower_left(points, |p| (p.bytes, p.time.ratio));
    let head = ["scheme", "exact", "on the frontier", "bytes", "lookup time"];
    let mut table = Table::new(3, head);
    for p in points {
        let on = frontier.iter().any(|f| f.name == p.name);
        table.push([
            format!("`{}`", p.name),
            yes(p.eligible),
            yes(on),
            percent(p.bytes),
            p.time.to_string(),
        ]);
    }
    Figure {
        id: format!("pareto-{cache}"),
        title: format!("Bytes against lookup time, {cache} caches"),
        description: format!(
            "Geometric means over modules as ratios to {BASELINE}; left and down is better. The line is the frontier: the schemes that no other beats on both. Bars are the intervals of the time ({scenario}). A dagger marks schemes that are not exact or need a Cranelift change."
        ),
        svg: draw(WIDTH, HEIGHT, |c| paint(c, cache, points, &frontier)),
        width: WIDTH,
        shrinks: false,
        table,
    }
}

fn paint(c: &mut Canvas, cache: &str, points: &[Point], frontier: &[&Point]) {
    let bytes = LogAxis::over(points.iter().map(|p| p.bytes), 9);
    let time = LogAxis::over(points.iter().flat_map(|p| [p.time.lo, p.time.hi]), 9);
    let x = |v: f64| bytes.at(v, FRAME.left, FRAME.right);
    let y = |v: f64| time.at(v, FRAME.bottom, FRAME.top);
    for &tick in &bytes.ticks {
        c.line((x(tick), FRAME.top), (x(tick), FRAME.bottom), Ink::Grid, 1);
        let label = percent_number(tick).trim_end_matches(".0").to_owned();
        c.text(
            &label,
            (x(tick), FRAME.bottom + 14),
            SMALL,
            Anchor::Middle,
            Ink::Text,
        );
    }
    for &tick in &time.ticks {
        c.line((FRAME.left, y(tick)), (FRAME.right, y(tick)), Ink::Grid, 1);
        let label = format!("{}×", plain(tick));
        c.text(
            &label,
            (FRAME.left - 6, y(tick)),
            SMALL,
            Anchor::End,
            Ink::Text,
        );
    }
    c.line((x(1.0), FRAME.top), (x(1.0), FRAME.bottom), Ink::Muted, 1);
    c.line((FRAME.left, y(1.0)), (FRAME.right, y(1.0)), Ink::Muted, 1);
    let middle = (FRAME.left + FRAME.right) / 2;
    let below = (middle, HEIGHT - 22);
    c.text(
        "bytes, % of exact (log scale)",
        below,
        FONT,
        Anchor::Middle,
        Ink::Text,
    );
    let beside = (14, (FRAME.top + FRAME.bottom) / 2);
    let label = format!("lookup time, × exact, {cache} (log scale)");
    c.text(&label, beside, FONT, Anchor::UpwardsMiddle, Ink::Text);
    let border = stairs(frontier, x, y);
    c.path(&border, Ink::Muted, 2);
    for p in points {
        let ink = Ink::Series(p.index);
        let at = (x(p.bytes), y(p.time.ratio));
        c.line((at.0, y(p.time.lo)), (at.0, y(p.time.hi)), ink, 2);
        c.marker(p.index, at, 6, ink);
    }
    let mut lines: Vec<Area> = border
        .windows(2)
        .map(|w| Area::of_line(w[0], w[1]))
        .collect();
    lines.push(Area::of_line((x(1.0), FRAME.top), (x(1.0), FRAME.bottom)));
    lines.push(Area::of_line((FRAME.left, y(1.0)), (FRAME.right, y(1.0))));
    label_points(c, points, &lines, x, y);
}

/// The border of the region that some scheme reaches: right and down.
fn stairs(frontier: &[&Point], x: impl Fn(f64) -> i32, y: impl Fn(f64) -> i32) -> Vec<(i32, i32)> {
    let Some(first) = frontier.first() else {
        return Vec::new();
    };
    let mut path = vec![(x(first.bytes), FRAME.top)];
    for p in frontier {
        let before = path[path.len() - 1].1;
        path.push((x(p.bytes), before));
        path.push((x(p.bytes), y(p.time.ratio)));
    }
    let last = path[path.len() - 1].1;
    path.push((FRAME.right, last));
    path
}

fn label_points(
    c: &mut Canvas,
    points: &[Point],
    lines: &[Area],
    x: impl Fn(f64) -> i32,
    y: impl Fn(f64) -> i32,
) {
    let labels: Vec<_> = points
        .iter()
        .map(|p| {
            let dagger = if p.eligible { "" } else { " †" };
            ((x(p.bytes), y(p.time.ratio)), format!("{}{dagger}", p.name))
        })
        .collect();
    let inner = Area {
        left: FRAME.left + 2,
        ..FRAME
    };
    for ((at, label), area) in labels.iter().zip(place(&labels, SMALL, inner, lines)) {
        let Some(area) = area else { continue };
        let near = area.nearest(*at);
        if (near.0 - at.0).abs().max((near.1 - at.1).abs()) > 14 {
            c.line(*at, near, Ink::Muted, 1);
        }
        let (left, middle) = (area.left + 1, (area.top + area.bottom) / 2);
        c.text(label, (left, middle), SMALL, Anchor::Start, Ink::Text);
    }
    for p in points {
        let (px, py) = (x(p.bytes), y(p.time.ratio));
        let range = interval(p.time.lo, p.time.hi);
        let text = format!(
            "{}: {} of the bytes, {} {range}",
            p.name,
            percent(p.bytes),
            times(p.time.ratio)
        );
        c.hover((px - 9, py - 9), (px + 9, py + 9), &text);
    }
}
