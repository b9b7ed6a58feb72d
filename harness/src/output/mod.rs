//! Rows to stdout: an aligned table for people, CSV or JSON for scripts.

pub mod progress;
pub mod report;

use crate::args::Format;
use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;
use std::io::{self, Write};

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
    let mut out = io::stdout().lock();
    if format.csv {
        let mut writer = csv::Writer::from_writer(out);
        for row in rows {
            writer.serialize(row)?;
        }
        writer.flush()?;
    } else {
        serde_json::to_writer_pretty(&mut out, rows)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Prints `rows` for people.
pub fn print_table<R>(rows: &[R], columns: &[PrintedColumn<R>]) -> Result<()> {
    if !rows.is_empty() {
        writeln!(io::stdout().lock(), "{}", text_table(rows, columns))?;
    }
    Ok(())
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

/// A share as a percentage with one decimal, or nothing.
pub fn percent(share: Option<f64>) -> String {
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
