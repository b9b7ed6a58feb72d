//! The pause of a collection against what walking the stack is of it today.

use super::axis::LogAxis;
use super::canvas::{Canvas, Swatch, draw};
use super::figure::Figure;
use super::labels::Area;
use super::palette::Ink;
use super::plane::Plane;
use crate::format::{percent_number, plain, with_interval};
use crate::results::{AGAIN, BASELINE, Collector, Results, Tier, WasmtimeRow};
use crate::stats::Decision;
use crate::table::Table;
use std::collections::BTreeMap;

const WIDTH: i32 = 720;
const HEIGHT: i32 = 528;
const FRAME: Area = Area {
    left: 78,
    top: 72,
    right: 690,
    bottom: 470,
};
/// The least share that is drawn; what is smaller stands there.
const LEAST_SHARE: f64 = 0.0005;

/// What is drawn of one candidate.
struct Points {
    name: String,
    all: Vec<Point>,
}

struct Point {
    at: String,
    is_wild: bool,
    /// What walking the stack is of the pause today.
    share: f64,
    ratio: f64,
    interval: Option<(f64, f64)>,
}

/// The recommended scheme with its memo and without, what it could be instead, and
/// the control. `None` if nothing was executed, or nothing is recommended.
pub(super) fn figure(results: &Results, decision: &Decision) -> Option<Figure> {
    let rows = results.executions.as_deref()?;
    let own = decision.recommended()?;
    let shares = shares(rows);
    let of = |scheme: &str, memo: u64, name: &str| {
        let rows = rows
            .iter()
            .filter(|row| row.scheme == scheme && row.memo == memo);
        let all = rows.filter_map(|row| point(row, &shares));
        Points {
            name: name.to_owned(),
            all: all.collect(),
        }
    };
    let mut drawn = vec![of(&own.scheme.name, own.memo, &own.name)];
    let others = decision.candidates.iter();
    let others = others.filter(|other| {
        let is_own = other.scheme.name == own.scheme.name && other.memo != own.memo;
        let is_rival = other.memo == 0
            && other.scheme.tri_state == own.scheme.tri_state
            && other.scheme.exact
            && other.scheme.name != own.scheme.name
            && other.scheme.name != BASELINE;
        is_own || is_rival
    });
    drawn.extend(others.map(|other| of(&other.scheme.name, other.memo, &other.name)));
    drawn.push(of(AGAIN, 0, "exact-again, the control"));
    drawn.retain(|points| !points.all.is_empty());
    let first = drawn.first()?;
    let mut table = Table::new(1, ["execution", "walks of the pause today"]);
    table
        .head
        .extend(drawn.iter().map(|points| format!("`{}`", points.name)));
    for point in &first.all {
        let cells = drawn.iter().map(|points| {
            let mut all = points.all.iter();
            let found = all.find(|other| other.at == point.at);
            found.map_or_else(String::new, |p| with_interval(p.ratio, p.interval))
        });
        let share = format!("{} %", percent_number(point.share));
        table.push([point.at.clone(), share].into_iter().chain(cells));
    }
    Some(Figure {
        id: "pause".to_owned(),
        title: "Pause of a collection in Wasmtime".to_owned(),
        description: format!(
            "Every execution under either collector is a point: across, what walking the stack is of the pause with {BASELINE}, lookups included; up, the pause as a ratio to that with {BASELINE}. Bars are 95 % intervals over rounds of processes; a ring is a wild module. Down is better."
        ),
        svg: draw(WIDTH, HEIGHT, |c| paint(c, &drawn)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

/// What walking the stack is of each execution's pause with today's format.
fn shares(rows: &[WasmtimeRow]) -> BTreeMap<(&str, Collector), f64> {
    let today = rows.iter().filter(|row| row.is_today());
    let shares =
        today.filter_map(|row| Some(((row.module.as_str(), row.collector), row.walk_share?)));
    shares.collect()
}

fn point(row: &WasmtimeRow, shares: &BTreeMap<(&str, Collector), f64>) -> Option<Point> {
    Some(Point {
        at: format!("{} ({}) · {}", row.module, row.tier, row.collector),
        is_wild: row.tier == Tier::Wild,
        share: *shares.get(&(row.module.as_str(), row.collector))?,
        ratio: row.pause_ratio?,
        interval: row.pause_lo.zip(row.pause_hi),
    })
}

fn paint(c: &mut Canvas, drawn: &[Points]) {
    let all = || drawn.iter().flat_map(|points| &points.all);
    let shares = all().map(|point| point.share.max(LEAST_SHARE));
    let ratios = all().map(|point| point.ratio);
    let plane = Plane {
        frame: FRAME,
        across: LogAxis::spanning(shares, 8),
        up: LogAxis::over(ratios, 9),
    };
    let swatch = |i| Swatch::Marker(i, Ink::Series(i));
    let entries = drawn.iter().enumerate();
    let entries: Vec<_> = entries
        .map(|(i, points)| (points.name.clone(), swatch(i)))
        .collect();
    c.legend((FRAME.left, 4, WIDTH), &entries);
    plane.axes(
        c,
        [
            "walking the stack, % of the pause with exact (log scale)",
            "pause, × exact (log scale)",
        ],
        [
            |v| percent_number(v).trim_end_matches(".0").to_owned(),
            |v| format!("{}×", plain(v)),
        ],
    );
    plane.level(c, 1.0);
    // The recommended one on top.
    for (i, points) in drawn.iter().enumerate().rev() {
        for point in &points.all {
            let at = (plane.x(point.share.max(LEAST_SHARE)), plane.y(point.ratio));
            let ink = Ink::Series(i);
            if let Some((lo, hi)) = point.interval {
                c.line((at.0, plane.y(lo)), (at.0, plane.y(hi)), ink, 1);
            }
            c.marker(i, at, 4, ink);
            if point.is_wild {
                c.disc(at, 7, ink, false);
            }
            let text = format!(
                "{}, {}: {}",
                points.name,
                point.at,
                with_interval(point.ratio, point.interval)
            );
            c.hover((at.0 - 6, at.1 - 6), (at.0 + 6, at.1 + 6), &text);
        }
    }
}
