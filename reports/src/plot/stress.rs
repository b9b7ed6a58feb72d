//! The pause over the depth of the stack, one line per size of the heap.

use super::axis::LogAxis;
use super::canvas::{Canvas, Swatch, draw};
use super::figure::Figure;
use super::labels::Area;
use super::palette::Ink;
use super::plane::Plane;
use crate::format::{count, percent, plain};
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

/// A figure per collector, of the first format that was stressed; none without.
pub(super) fn figures(results: &Results) -> Vec<Figure> {
    let all = cells(results);
    let Some(&format) = formats(&all).first() else {
        return Vec::new();
    };
    let collectors: BTreeSet<Collector> = all.iter().map(|cell| cell.place.0).collect();
    let of = |collector: Collector| {
        let own = all.iter().filter(|cell| cell.place.0 == collector);
        let own: Vec<&Cell> = own
            .filter(|cell| cell.of(format.0, format.1).is_some())
            .collect();
        figure(collector, format, &own)
    };
    collectors.into_iter().filter_map(of).collect()
}

fn figure(collector: Collector, format: (&str, u64), cells: &[&Cell]) -> Option<Figure> {
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
            count(cell.place.1),
            count(cell.place.2),
            walk.unwrap_or_default(),
            ratio(AGAIN, 0).unwrap_or_default(),
            ratio(format.0, format.1).unwrap_or_default(),
        ]);
    }
    (!table.rows.is_empty()).then(|| Figure {
        id: format!("stress-{collector}"),
        title: format!("Deep stacks over heaps of all sizes, collector {collector}"),
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
    let heaps: BTreeSet<u64> = cells.iter().map(|cell| cell.place.1).collect();
    let ratio = |cell: &Cell| {
        cell.of(format.0, format.1)
            .map_or(1.0, |row| row.pause_ratio)
    };
    let frames = cells.iter().map(|cell| cell.place.2.max(1) as f64);
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
        let own = cells.iter().filter(|cell| cell.place.1 == *heap);
        let points: Vec<(i32, i32)> = own
            .clone()
            .map(|cell| (plane.x(cell.place.2.max(1) as f64), plane.y(ratio(cell))))
            .collect();
        c.path(&points, Ink::Series(i), 1);
        for (cell, &at) in own.zip(&points) {
            match cell.is_sound() {
                true => c.marker(i, at, 4, Ink::Series(i)),
                false => c.disc(at, 5, Ink::Series(i), false),
            }
            let text = format!(
                "{} frames over {heap} MiB: {}×",
                count(cell.place.2),
                plain(ratio(cell))
            );
            c.hover((at.0 - 6, at.1 - 6), (at.0 + 6, at.1 + 6), &text);
        }
    }
}
