//! The pause over the depth of the stack, one line per size of the heap.

use super::axis::LogAxis;
use super::canvas::{Canvas, Swatch, draw};
use super::figure::Figure;
use super::labels::Area;
use super::palette::Ink;
use super::plane::Plane;
use crate::format::{count, percent, plain, plural};
use crate::headline::stress::{Cell, cells, formats, pause};
use crate::results::{AGAIN, BASELINE, Collector, Results};
use crate::stats::candidate_name;
use crate::table::Table;
use std::collections::BTreeSet;

const WIDTH: i32 = 720;
const HEIGHT: i32 = 440;
const FRAME: Area = Area {
    left: 78,
    top: 60,
    right: 690,
    bottom: 382,
};

/// A figure per collector and number of functions, of a format that was stressed with
/// the largest memo; none without.
pub(super) fn figures(results: &Results) -> Vec<Figure> {
    let all = cells(results);
    let others = formats(&all).into_iter();
    let others = others.filter(|(scheme, _)| *scheme != BASELINE);
    let Some(format) = others.max_by_key(|(_, memo)| *memo) else {
        return Vec::new();
    };
    let circle = |cell: &Cell| (cell.place.collector, cell.place.functions);
    let circles: BTreeSet<(Collector, u64)> = all.iter().map(circle).collect();
    let of = |(collector, functions): (Collector, u64)| {
        let own = all.iter();
        let own = own.filter(|cell| circle(cell) == (collector, functions));
        let own: Vec<&Cell> = own
            .filter(|cell| cell.of(format.0, format.1).is_some())
            .collect();
        figure(collector, functions, format, &own)
    };
    circles.into_iter().filter_map(of).collect()
}

fn figure(
    collector: Collector,
    functions: u64,
    format: (&str, u64),
    cells: &[&Cell],
) -> Option<Figure> {
    let scheme = candidate_name(format.0, format.1);
    let mut table = Table::new(
        1,
        [
            "heap, MiB".to_owned(),
            "frames".to_owned(),
            "walks, of the pause today".to_owned(),
            AGAIN.to_owned(),
            scheme.clone(),
        ],
    );
    for cell in cells {
        let ratio = |scheme: &str, memo| cell.of(scheme, memo).map(pause);
        let walk = cell.of(BASELINE, 0).map(|row| percent(row.walk_share));
        table.push([
            count(cell.place.heap_mib),
            count(cell.place.frames),
            walk.unwrap_or_default(),
            ratio(AGAIN, 0).unwrap_or_default(),
            ratio(format.0, format.1).unwrap_or_default(),
        ]);
    }
    (!table.rows.is_empty()).then(|| Figure {
        id: format!("stress-{collector}-{functions}"),
        title: format!(
            "Deep stacks of {} over heaps of all sizes, collector {collector}",
            plural(functions as usize, "function")
        ),
        description: format!(
            "Pause with {scheme} as a ratio to that with {BASELINE}, over the frames of the stack; a line for each size of the heap. A hollow mark is unsound: {AGAIN}, the control, is no better there. Down is better."
        ),
        svg: draw(WIDTH, HEIGHT, |c| paint(c, format, cells)),
        width: WIDTH,
        shrinks: false,
        table,
    })
}

fn paint(c: &mut Canvas, format: (&str, u64), cells: &[&Cell]) {
    let heaps: BTreeSet<u64> = cells.iter().map(|cell| cell.place.heap_mib).collect();
    let ratio = |cell: &Cell| {
        cell.of(format.0, format.1)
            .map_or(1.0, |row| row.pause_ratio)
    };
    let frames = cells.iter().map(|cell| cell.place.frames.max(1) as f64);
    let plane = Plane {
        frame: FRAME,
        across: LogAxis::spanning(frames, 8),
        up: LogAxis::over(cells.iter().map(|cell| ratio(cell)), 8),
    };
    let entries = heaps.iter().enumerate();
    let entries: Vec<_> = entries
        .map(|(i, heap)| (format!("{heap} MiB"), Swatch::Marker(i, Ink::Series(i))))
        .collect();
    c.legend((FRAME.left, 4, WIDTH), &entries);
    plane.axes(
        c,
        [
            "frames of the stack (log scale)",
            "pause, × exact (log scale)",
        ],
        [|v| count(v as u64), |v| format!("{}×", plain(v))],
    );
    plane.level(c, 1.0);
    for (i, heap) in heaps.iter().enumerate() {
        let own = cells.iter().filter(|cell| cell.place.heap_mib == *heap);
        let points: Vec<(i32, i32)> = own
            .clone()
            .map(|cell| {
                (
                    plane.x(cell.place.frames.max(1) as f64),
                    plane.y(ratio(cell)),
                )
            })
            .collect();
        c.path(&points, Ink::Series(i), 1);
        for (cell, &at) in own.zip(&points) {
            match cell.is_sound() {
                true => c.marker(i, at, 4, Ink::Series(i)),
                false => c.disc(at, 5, Ink::Series(i), false),
            }
            let text = format!(
                "{} frames over {heap} MiB: {}×",
                count(cell.place.frames),
                plain(ratio(cell))
            );
            c.hover((at.0 - 6, at.1 - 6), (at.0 + 6, at.1 + 6), &text);
        }
    }
}
