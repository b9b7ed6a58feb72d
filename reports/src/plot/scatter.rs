//! Bytes against latency, both as ratios to today's format, and lines of code
//! as the area of a point: what a scheme costs in three respects.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, SMALL, draw, text_width};
use super::figure::Figure;
use super::labels::Area;
use super::palette::Ink;
use super::plane::Plane;
use crate::format::{known, percent, percent_number, plain, yes};
use crate::headline::schemes::{kind, lines};
use crate::headline::times::{LIKE_THESE, THESE, judged, like_these, these};
use crate::results::{BASELINE, Results, Scenario, SchemeRow};
use crate::stats::Decision;
use crate::stats::frontier::lower_left;
use crate::stats::means::MeanRatio;
use crate::stats::schemes::{SchemeMeans, scheme_means};
use crate::table::Table;

const WIDTH: i32 = 640;
const HEIGHT: i32 = 528;
const FRAME: Area = Area {
    left: 78,
    top: 16,
    right: 626,
    bottom: 436,
};
/// Radius of a disc that stands for one line of code; areas are in proportion.
const RADIUS_OF_LINE: f64 = 0.6;
/// Discs in the legend.
const LEGEND: [u64; 3] = [100, 200, 400];

struct Point {
    index: usize,
    scheme: SchemeRow,
    bytes: f64,
    total: Option<f64>,
    time: MeanRatio,
    lines: u64,
}

impl Point {
    fn radius(&self) -> i32 {
        radius(self.lines)
    }

    /// Whether another is no worse in bytes, time and lines, and better in one.
    fn is_beaten_by(&self, other: &Point) -> bool {
        let costs = |p: &Point| [p.bytes, p.time.ratio, p.lines as f64];
        let pairs = || costs(other).into_iter().zip(costs(self));
        pairs().all(|(other, own)| other <= own) && pairs().any(|(other, own)| other < own)
    }
}

fn radius(lines: u64) -> i32 {
    ((lines as f64).sqrt() * RADIUS_OF_LINE).round().max(3.0) as i32
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
        let scheme = &means.scheme;
        Some(Point {
            index,
            bytes: means.bytes?.mean,
            total: means.total,
            time: time(means)?,
            lines: scheme.reader_lines + scheme.writer_lines + scheme.compiler_lines,
            scheme: scheme.clone(),
        })
    };
    all.iter().enumerate().filter_map(point).collect()
}

fn figure(cache: &str, scenario: Scenario, points: &[Point]) -> Figure {
    let head = [
        "scheme",
        "answers",
        "nothing beats it in all three",
        "bytes, mean",
        "in total",
    ];
    let mut table = Table::new(3, head);
    table
        .head
        .extend([THESE, LIKE_THESE, "lines"].map(str::to_owned));
    for p in points {
        table.push([
            format!("`{}`", p.scheme.name),
            kind(&p.scheme).to_owned(),
            yes(!points.iter().any(|other| p.is_beaten_by(other))),
            percent(p.bytes),
            known(p.total, percent),
            these(p.time),
            like_these(p.time),
            lines(&p.scheme),
        ]);
    }
    Figure {
        id: format!("pareto-{cache}"),
        title: format!("Bytes, lookup time and lines of code, {cache} caches"),
        description: format!(
            "Geometric means over modules as ratios to {BASELINE}; left and down is better, and so is small: the area of a disc is the number of lines of reader and writer, plus those in Wasmtime's compiler, which also stand behind the name. A full disc is a scheme that no other is as good as in all three and better in one. The line joins those that no other beats on bytes and time. Bars are the intervals of the time ({scenario}): thick for these modules, thin for modules like these. A dagger marks schemes that are not exact."
        ),
        svg: draw(WIDTH, HEIGHT, |c| paint(c, cache, points)),
        width: WIDTH,
        shrinks: false,
        table,
    }
}

fn paint(c: &mut Canvas, cache: &str, points: &[Point]) {
    let ends = points.iter().flat_map(|p| {
        let ends = [p.time.these, p.time.like_these].into_iter().flatten();
        ends.flat_map(|(lo, hi)| [lo, hi]).chain([p.time.ratio])
    });
    let plane = Plane {
        frame: FRAME,
        across: LogAxis::over(points.iter().map(|p| p.bytes), 9),
        up: LogAxis::over(ends, 9),
    };
    let up = format!("lookup time, × exact, {cache} (log scale)");
    plane.axes(
        c,
        ["bytes, % of exact (log scale)", &up],
        [
            |v| percent_number(v).trim_end_matches(".0").to_owned(),
            |v| format!("{}×", plain(v)),
        ],
    );
    let mut in_the_way = vec![plane.upright(c, 1.0), plane.level(c, 1.0)];
    let border = stairs(&plane, points);
    c.path(&border, Ink::Muted, 2);
    in_the_way.extend(border.windows(2).map(|w| Area::of_line(w[0], w[1])));
    // The largest first, so that none hides another.
    let mut sorted: Vec<&Point> = points.iter().collect();
    sorted.sort_by_key(|p| std::cmp::Reverse(p.lines));
    for p in sorted {
        let (ink, at) = (
            Ink::Series(p.index),
            (plane.x(p.bytes), plane.y(p.time.ratio)),
        );
        for (interval, width) in [(p.time.like_these, 1), (p.time.these, 3)] {
            let Some((lo, hi)) = interval else { continue };
            c.line((at.0, plane.y(lo)), (at.0, plane.y(hi)), ink, width);
        }
        let is_beaten = points.iter().any(|other| p.is_beaten_by(other));
        c.disc(at, p.radius(), ink, !is_beaten);
        in_the_way.push(Area::of_disc(at, p.radius()));
    }
    label_points(c, &plane, points, &in_the_way);
    legend(c);
}

/// The border of the region that some scheme reaches: right and down.
fn stairs(plane: &Plane, points: &[Point]) -> Vec<(i32, i32)> {
    let frontier = lower_left(points, |p| (p.bytes, p.time.ratio));
    let Some(first) = frontier.first() else {
        return Vec::new();
    };
    let mut path = vec![(plane.x(first.bytes), FRAME.top)];
    for p in &frontier {
        let before = path[path.len() - 1].1;
        path.push((plane.x(p.bytes), before));
        path.push((plane.x(p.bytes), plane.y(p.time.ratio)));
    }
    let last = path[path.len() - 1].1;
    path.push((FRAME.right, last));
    path
}

fn label_points(c: &mut Canvas, plane: &Plane, points: &[Point], in_the_way: &[Area]) {
    let at = |p: &Point| (plane.x(p.bytes), plane.y(p.time.ratio));
    let label = |p: &Point| {
        let dagger = if p.scheme.exact { "" } else { " †" };
        (
            at(p),
            format!("{} · {}{dagger}", p.scheme.name, lines(&p.scheme)),
        )
    };
    let labels: Vec<_> = points.iter().map(label).collect();
    plane.label(c, &labels, in_the_way);
    for p in points {
        let ((x, y), r) = (at(p), p.radius().max(9));
        let text = format!(
            "{}: {} of the bytes, {}, {} lines",
            p.scheme.name,
            percent(p.bytes),
            judged(p.time),
            lines(&p.scheme)
        );
        c.hover((x - r, y - r), (x + r, y + r), &text);
    }
}

/// How large a disc is for how many lines, and what a full one is.
fn legend(c: &mut Canvas) {
    let (mut x, y) = (FRAME.left, HEIGHT - 18);
    let mut entry = |r: i32, is_filled: bool, name: String| {
        c.disc((x + r, y), r, Ink::Muted, is_filled);
        c.text(&name, (x + 2 * r + 6, y), SMALL, Anchor::Start, Ink::Text);
        x += 2 * r + 6 + text_width(&name, SMALL) + 4;
    };
    for lines in LEGEND {
        entry(radius(lines), true, format!("{lines} lines"));
    }
    entry(radius(LEGEND[0]), false, "beaten in all three".to_owned());
}
