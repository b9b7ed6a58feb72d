//! What the lab prints, and the only place that does.
//!
//! Results go to stdout: rows as an aligned table for people, as CSV or JSON
//! for scripts. A stdout that cannot be written to is an error. One that nobody
//! reads any more, as behind `| head`, is none: the command does what it was
//! asked to, and its exit code is what it would have been. Notes go to stderr;
//! where they cannot, they are lost, and the exit code is not 0.

pub mod progress;
pub mod report;

use crate::args::Format;
use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Prints a line of results to stdout; an error if that cannot be done.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::line_to_stdout(format_args!($($text)*)) };
}
pub(crate) use say;

/// Prints a line to stderr.
macro_rules! note {
    ($($text:tt)*) => { $crate::output::line_to_stderr(format_args!($($text)*)) };
}
pub(crate) use note;

/// Set once a note was lost.
static NOTE_LOST: AtomicBool = AtomicBool::new(false);

/// Whether a note could not be printed.
pub fn is_note_lost() -> bool {
    NOTE_LOST.load(Ordering::Relaxed)
}

/// What [`say`] calls.
pub fn line_to_stdout(line: Arguments<'_>) -> Result<()> {
    to_stdout(|out| writeln!(out, "{line}"))
}

/// What [`note`] calls.
pub fn line_to_stderr(line: Arguments<'_>) {
    // In one piece, since child processes write there too.
    let line = format!("{line}\n");
    if unless_closed(io::stderr().write_all(line.as_bytes())).is_err() {
        NOTE_LOST.store(true, Ordering::Relaxed);
    }
}

/// A pipe that nobody reads any more takes everything.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// Prints text of several lines to stdout.
pub fn print_text(text: impl AsRef<[u8]>) -> Result<()> {
    to_stdout(|out| out.write_all(text.as_ref()))
}

/// Writes to stdout all that `write` does, and makes sure that it arrives.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = write(&mut out).and_then(|()| out.flush());
    unless_closed(written).context("stdout cannot be written to; send the output somewhere else")
}

/// A column of the table for people: its name, and what it shows of a row.
pub type PrintedColumn<R> = (&'static str, fn(&R) -> String);

/// Prints `rows` in the format asked for; `columns` names and renders what
/// the table for people shows.
pub fn print<R: Serialize>(format: Format, rows: &[R], columns: &[PrintedColumn<R>]) -> Result<()> {
    match format.for_scripts() {
        true => print_for_scripts(format, rows),
        false => print_table(rows, columns),
    }
}

/// Prints `rows` as CSV or JSON.
pub fn print_for_scripts<R: Serialize>(format: Format, rows: &[R]) -> Result<()> {
    if format.json {
        return say!("{}", serde_json::to_string_pretty(rows)?);
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in rows {
        csv.serialize(row)?;
    }
    print_text(csv.into_inner()?)
}

/// Prints `rows` for people.
pub fn print_table<R>(rows: &[R], columns: &[PrintedColumn<R>]) -> Result<()> {
    match rows.is_empty() {
        true => Ok(()),
        false => say!("{}", text_table(rows, columns)),
    }
}

fn text_table<R>(rows: &[R], columns: &[PrintedColumn<R>]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(columns.iter().map(|(name, _)| *name));
    for row in rows {
        table.add_row(columns.iter().map(|(_, render)| render(row)));
    }
    let numeric = |column: usize| {
        let render = columns[column].1;
        rows.iter()
            .all(|r| !render(r).starts_with(|c: char| c.is_alphabetic()))
    };
    for (i, column) in (0..columns.len()).zip(table.column_iter_mut().collect::<Vec<_>>()) {
        if numeric(i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// `12345678` as `12,345,678`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share as a percentage with one decimal; nothing if it is not known or one
/// of nothing.
pub fn percent(share: Option<f64>) -> String {
    let share = share.filter(|share| share.is_finite());
    share.map_or_else(|| "–".into(), |s| format!("{:.1} %", 100.0 * s))
}

/// A count that may not be known.
pub fn optional(n: Option<impl TryInto<u64>>) -> String {
    let n = n.and_then(|n| n.try_into().ok());
    n.map_or_else(|| "–".into(), thousands)
}

/// A part of a whole as a percentage, or nothing where there is no whole.
pub fn share(part: u64, whole: u64) -> String {
    percent((whole > 0).then(|| part as f64 / whole as f64))
}
