//! Result files: tables with one type per row, written whole or not at all and
//! read by column name.

use super::error::ResultsError;
use super::faults::{Effect, Fault, Policy};
use super::names::{Cache, Chain, Queries, Timed, Verdict};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stackmap_corpus::{Collector, Isa, Tier};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// One row of a table of the results folder.
pub trait Row: Serialize + DeserializeOwned {
    /// The file's name in the folder.
    const FILE: &'static str;
    /// The columns in the order in which they are written. All must be there
    /// to be read, in any order; others are ignored.
    const COLUMNS: &'static [&'static str];

    /// What no two rows of the table may have in common; `None` where whoever
    /// reads the table checks that.
    fn identity(&self) -> Option<String>;

    /// The first column whose number cannot have been measured.
    fn unsound_column(&self) -> Option<&'static str>;
}

/// What stands in a column.
pub trait Column {
    /// Whether it can have been measured: no number is negative or infinite.
    fn is_sound(&self) -> bool {
        true
    }
}

impl Column for f64 {
    fn is_sound(&self) -> bool {
        self.is_finite() && *self >= 0.0
    }
}

impl Column for Option<f64> {
    fn is_sound(&self) -> bool {
        self.is_none_or(|number| number.is_sound())
    }
}

/// Columns of types that hold nothing unsound.
macro_rules! always_sound {
    ($($type:ty),+) => { $(impl Column for $type {})+ };
}

always_sound!(
    String,
    bool,
    u32,
    u64,
    usize,
    Option<u64>,
    Isa,
    Collector,
    Tier
);
always_sound!(Queries, Cache, Timed, Chain, Verdict, Fault, Policy, Effect);

/// Declares a row whose fields are its columns, so that the two cannot drift
/// apart, and the columns that together occur once in a table.
macro_rules! row {
    (
        $(#[$meta:meta])* $name:ident in $file:literal, once per ($($identity:ident),*) {
            $($(#[$column_meta:meta])* $column:ident: $type:ty,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$column_meta])* pub $column: $type,)+
        }

        impl $crate::results::files::Row for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn identity(&self) -> Option<String> {
                let columns: &[&dyn std::fmt::Display] = &[$(&self.$identity),*];
                let names: Vec<String> = columns.iter().map(|c| c.to_string()).collect();
                (!names.is_empty()).then(|| names.join(", "))
            }

            fn unsound_column(&self) -> Option<&'static str> {
                use $crate::results::files::Column;
                let mut columns = [$((stringify!($column), self.$column.is_sound())),+].into_iter();
                columns.find(|(_, is_sound)| !is_sound).map(|(name, _)| name)
            }
        }
    };
}
pub(super) use row;

/// Writes a file under another name first, so that it is there as a whole or
/// not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ResultsError> {
    let partial = partial(path);
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, path))
        .map_err(|e| ResultsError::io(path, e))
}

/// What a file is called until it is whole.
pub fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Writes all rows of a table into the results folder.
pub fn write_rows<R: Row>(dir: &Path, rows: &[R]) -> Result<(), ResultsError> {
    let mut writer = RowWriter::create(&dir.join(R::FILE))?;
    rows.iter().try_for_each(|row| writer.push(row))?;
    writer.finish()
}

/// Writes a table row by row; it has its name once it is finished.
pub struct RowWriter<R> {
    csv: csv::Writer<BufWriter<File>>,
    path: PathBuf,
    row: PhantomData<fn(&R)>,
}

impl<R: Row> RowWriter<R> {
    /// Begins a file and writes the names of the columns.
    pub fn create(path: &Path) -> Result<RowWriter<R>, ResultsError> {
        let file = File::create(partial(path)).map_err(|e| ResultsError::io(path, e))?;
        let mut csv = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(BufWriter::new(file));
        csv.write_record(R::COLUMNS).map_err(|e| explain(path, e))?;
        Ok(RowWriter {
            csv,
            path: path.to_owned(),
            row: PhantomData,
        })
    }

    /// Appends a row.
    pub fn push(&mut self, row: &R) -> Result<(), ResultsError> {
        let written = self.csv.serialize(row);
        written.map_err(|e| explain(&self.path, e))
    }

    /// Gives the file its name.
    pub fn finish(mut self) -> Result<(), ResultsError> {
        self.csv
            .flush()
            .and_then(|()| fs::rename(partial(&self.path), &self.path))
            .map_err(|e| ResultsError::io(&self.path, e))
    }
}

/// Calls `each` for every row of a file.
pub fn for_each_row<R: Row, E: From<ResultsError>>(
    path: &Path,
    mut each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let file = File::open(path).map_err(|e| ResultsError::io(path, e))?;
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().cloned();
    let headers = headers.map_err(|e| explain(path, e))?;
    let is_there = |column: &str| headers.iter().any(|header| header == column);
    if let Some(column) = R::COLUMNS.iter().find(|column| !is_there(column)) {
        let path = path.to_owned();
        return Err(ResultsError::MissingColumn { path, column }.into());
    }
    let mut record = csv::StringRecord::new();
    let mut seen = HashSet::new();
    loop {
        let read = reader.read_record(&mut record);
        if !read.map_err(|e| explain(path, e))? {
            return Ok(());
        }
        let row = record.deserialize(Some(&headers));
        let row: R = row.map_err(|e| explain_field(path, &headers, &record, e))?;
        let line = record.position().map_or(0, csv::Position::line);
        if let Some(column) = row.unsound_column() {
            return Err(ResultsError::Field {
                path: path.to_owned(),
                line,
                column: column.to_owned(),
                problem: "is not a finite number from 0 up; make the run anew".to_owned(),
            }
            .into());
        }
        if let Some(identity) = row.identity()
            && let Some(twice) = seen.replace(identity)
        {
            let problem = format!("line {line}: a second row for {twice}; remove one");
            return Err(ResultsError::unusable(path, problem).into());
        }
        each(row)?;
    }
}

/// All rows of a file.
pub fn read_rows<R: Row>(path: &Path) -> Result<Vec<R>, ResultsError> {
    let mut rows = Vec::new();
    for_each_row(path, |row| {
        rows.push(row);
        Ok::<(), ResultsError>(())
    })?;
    Ok(rows)
}

/// All rows of a table of the folder, or `None` when it has no such file.
pub(super) fn read_optional<R: Row>(dir: &Path) -> Result<Option<Vec<R>>, ResultsError> {
    match read_rows(&dir.join(R::FILE)) {
        Err(ResultsError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        rows => rows.map(Some),
    }
}

/// All rows of a table that has to be there and has to have some.
pub(super) fn read_required<R: Row>(dir: &Path) -> Result<Vec<R>, ResultsError> {
    let problem = match read_optional(dir)? {
        None => "no such file; is this the folder that `bench` named?",
        Some(rows) if rows.is_empty() => "has no rows",
        Some(rows) => return Ok(rows),
    };
    Err(ResultsError::unusable(&dir.join(R::FILE), problem))
}

/// Puts what the CSV reader or writer says into the words of the file.
fn explain(path: &Path, error: csv::Error) -> ResultsError {
    match error.into_kind() {
        csv::ErrorKind::Io(source) => ResultsError::io(path, source),
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.map_or(0, |p| p.line());
            let problem = format!(
                "line {line} has {len} columns instead of {expected_len}; the file may be cut off"
            );
            ResultsError::unusable(path, problem)
        }
        other => ResultsError::unusable(path, one_line(&format!("{other:?}"))),
    }
}

/// The same for a row, whose error names a field.
fn explain_field(
    path: &Path,
    headers: &csv::StringRecord,
    record: &csv::StringRecord,
    error: csv::Error,
) -> ResultsError {
    let csv::ErrorKind::Deserialize { pos, err } = error.kind() else {
        return explain(path, error);
    };
    let field = err.field().and_then(|field| usize::try_from(field).ok());
    let column = field.and_then(|field| headers.get(field)).unwrap_or("?");
    let value = field.and_then(|field| record.get(field)).unwrap_or("");
    ResultsError::Field {
        path: path.to_owned(),
        line: pos.as_ref().map_or(0, csv::Position::line),
        column: column.to_owned(),
        problem: format!("`{value}`: {}", one_line(&err.kind().to_string())),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
