//! From where on a lookup matters: deep stacks over heaps of all sizes.

use crate::format::{count, known, list, percent, plural, with_interval};
use crate::results::{AGAIN, BASELINE, Collector, Results, WasmtimeStressRow};
use crate::stats::candidate_name;
use crate::table::Table;
use std::collections::{BTreeMap, BTreeSet};

/// How far today's format built twice may be from itself in a cell that says anything
/// of the others.
const SOUND: f64 = 0.1;

/// A stack over a heap, under a collector.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) collector: Collector,
    /// Whose frames the stack has.
    pub(crate) functions: u64,
    pub(crate) heap_mib: u64,
    pub(crate) frames: u64,
}

/// All that was measured at one place.
pub(crate) struct Cell<'r> {
    pub(crate) place: Place,
    pub(crate) rows: Vec<&'r WasmtimeStressRow>,
}

impl Cell<'_> {
    /// What a format with so many entries of memo took there.
    pub(crate) fn of(&self, scheme: &str, memo: u64) -> Option<&WasmtimeStressRow> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.scheme == scheme && row.memo == memo)
            .copied()
    }

    /// Whether today's format built twice is like itself there.
    pub(crate) fn is_sound(&self) -> bool {
        let control = self.of(AGAIN, 0);
        control.is_some_and(|row| (row.pause_ratio - 1.0).abs() <= SOUND)
    }

    /// Whether every process says that a format takes longer there.
    fn is_slower(&self, scheme: &str, memo: u64) -> bool {
        let row = self.of(scheme, memo);
        self.is_sound() && row.is_some_and(|row| row.pause_lo.is_some_and(|lo| lo > 1.0 + SOUND))
    }
}

/// By collector, then from the fewest functions, the smallest heap and the shallowest
/// stack on.
pub(crate) fn cells(results: &Results) -> Vec<Cell<'_>> {
    let mut cells: BTreeMap<Place, Vec<&WasmtimeStressRow>> = BTreeMap::new();
    for row in results.stress.iter().flatten() {
        let place = Place {
            collector: row.collector,
            functions: row.functions,
            heap_mib: row.heap_mib,
            frames: row.frames,
        };
        cells.entry(place).or_default().push(row);
    }
    let cells = cells.into_iter();
    cells.map(|(place, rows)| Cell { place, rows }).collect()
}

/// The formats, but today's, in the order of the file.
pub(crate) fn formats<'r>(cells: &[Cell<'r>]) -> Vec<(&'r str, u64)> {
    let mut formats = Vec::new();
    for row in cells.iter().flat_map(|cell| &cell.rows) {
        let format = (row.scheme.as_str(), row.memo);
        if format != (BASELINE, 0) && row.scheme != AGAIN && !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// The pause as a ratio to today's, with its interval.
pub(crate) fn pause(row: &WasmtimeStressRow) -> String {
    with_interval(row.pause_ratio, row.pause_lo.zip(row.pause_hi))
}

/// One line per place; the control first of the formats.
pub(crate) fn table(results: &Results) -> Option<Table> {
    let cells = cells(results);
    let formats = formats(&cells);
    let head = [
        "collector",
        "functions",
        "heap, MiB",
        "frames",
        "walks, of the pause today",
        "`exact-again`, the control",
    ];
    let mut table = Table::new(1, head);
    let names = formats
        .iter()
        .map(|&(scheme, memo)| candidate_name(scheme, memo));
    let heads = names.map(|name| format!("`{name}`"));
    table.head.extend(heads);
    for cell in &cells {
        let place = cell.place;
        let today = cell.of(BASELINE, 0);
        let mut control = known(cell.of(AGAIN, 0), pause);
        if !cell.is_sound() {
            control += ": unsound";
        }
        let words = [
            place.collector.to_string(),
            count(place.functions),
            count(place.heap_mib),
            count(place.frames),
            known(today, |row| percent(row.walk_share)),
            control,
        ];
        let own = formats.iter();
        let own = own.map(|(scheme, memo)| known(cell.of(scheme, *memo), pause));
        table.push(words.into_iter().chain(own));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// From where on each format takes longer, and which places say nothing.
pub(crate) fn sentences(results: &Results) -> Option<String> {
    let cells = cells(results);
    if cells.is_empty() {
        return None;
    }
    let mut text = format!(
        "A stress that nobody can call typical: a collection at the bottom of a recursion, over a list on the heap. A place is unsound where today's format built twice differs from itself by more than {}, and says nothing of the others.",
        percent(SOUND)
    );
    let unsound: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_sound()).collect();
    if !unsound.is_empty() {
        let frames: BTreeSet<u64> = unsound.iter().map(|cell| cell.place.frames).collect();
        let frames: Vec<String> = frames.into_iter().map(count).collect();
        text += &format!(
            " So are {} of {}, of {} frames.",
            unsound.len(),
            plural(cells.len(), "place"),
            list(&frames)
        );
    }
    for (scheme, memo) in formats(&cells) {
        let slower = cells.iter().filter(|cell| cell.is_slower(scheme, memo));
        let mut first: BTreeMap<Place, u64> = BTreeMap::new();
        for cell in slower {
            let frames = cell.place.frames;
            let over = Place {
                frames: 0,
                ..cell.place
            };
            let least = first.entry(over).or_insert(frames);
            *least = frames.min(*least);
        }
        let first = first.into_iter().map(|(over, frames)| {
            format!(
                "{} frames of {} over {} MiB ({})",
                count(frames),
                plural(over.functions as usize, "function"),
                over.heap_mib,
                over.collector
            )
        });
        let first: Vec<String> = first.collect();
        text += &match first.is_empty() {
            true => format!(
                " `{}` is nowhere known to take {} longer than today's.",
                candidate_name(scheme, memo),
                percent(SOUND)
            ),
            false => format!(
                " `{}` is known to take {} longer from {} on.",
                candidate_name(scheme, memo),
                percent(SOUND),
                list(&first)
            ),
        };
    }
    Some(text)
}
