//! Result files: tables with one type per row, written whole or not at all and
//! read by column name.

use super::checks::Flaw;
use super::error::ResultsError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// One row of a table of the results folder.
pub trait Row: Serialize + DeserializeOwned {
    /// The file's name in the folder.
    const FILE: &'static str;
    /// The columns in the order in which they are written. All must be there
    /// to be read, in any order, but for those of [`LATER`](Row::LATER); others
    /// are ignored.
    const COLUMNS: &'static [&'static str];
    /// The columns that files of older versions lack. There they are empty.
    const LATER: &'static [&'static str];
    /// The columns that tell a row from every other of its table.
    const KEY: &'static [&'static str];

    /// What is wrong with a row, if anything is.
    fn flaw(&self) -> Option<Flaw>;

    /// What is wrong with the rows of a whole table, and with which of them.
    fn flaw_among(rows: &[Self]) -> Option<(usize, Flaw)>;
}

/// Declares a row whose fields are its columns, so that the two cannot drift
/// apart. `one per` names the columns of its key, `later` those that older files
/// lack; `each` checks a row and `all` a table beyond what the types of the columns
/// refuse.
macro_rules! row {
    (
        $(#[$meta:meta])* $name:ident in $file:literal, one per $($key:ident)+
        $(, later $($later:ident)+)? {
            $($(#[$column_meta:meta])* $column:ident: $type:ty,)+
        } $(each $each:path;)? $(all $all:path;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$column_meta])* pub $column: $type,)+
        }

        impl $crate::results::files::Row for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];
            const LATER: &'static [&'static str] = &[$($(stringify!($later)),+)?];
            const KEY: &'static [&'static str] = &[$(stringify!($key)),+];

            fn flaw(&self) -> Option<$crate::results::checks::Flaw> {
                let flaw = None;
                $(let flaw = flaw.or_else(|| {
                    $crate::results::checks::column(stringify!($column), &self.$column)
                });)+
                $(let flaw = flaw.or_else(|| $each(self));)?
                flaw
            }

            fn flaw_among(_rows: &[Self]) -> Option<(usize, $crate::results::checks::Flaw)> {
                let flaw = None;
                $(let flaw = flaw.or_else(|| $all(_rows));)?
                flaw
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

/// Reads a table row by row, each as it is and checked by itself.
struct RowReader<R> {
    csv: csv::Reader<File>,
    headers: csv::StringRecord,
    record: csv::StringRecord,
    path: PathBuf,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> RowReader<R> {
    /// Opens a file that has all columns, or all but later ones.
    fn open(path: &Path) -> Result<RowReader<R>, ResultsError> {
        let file = File::open(path).map_err(|e| ResultsError::io(path, e))?;
        let mut csv = csv::Reader::from_reader(file);
        let headers = csv.headers().cloned();
        let headers = headers.map_err(|e| explain(path, e))?;
        let is_there = |column: &str| headers.iter().any(|header| header == column);
        let mut needed = R::COLUMNS.iter().filter(|c| !R::LATER.contains(c));
        if let Some(column) = needed.find(|column| !is_there(column)) {
            let path = path.to_owned();
            return Err(ResultsError::MissingColumn { path, column });
        }
        Ok(RowReader {
            csv,
            headers,
            record: csv::StringRecord::new(),
            path: path.to_owned(),
            row: PhantomData,
        })
    }

    /// The next row, or `None` after the last.
    fn next(&mut self) -> Result<Option<R>, ResultsError> {
        let read = self.csv.read_record(&mut self.record);
        if !read.map_err(|e| explain(&self.path, e))? {
            return Ok(None);
        }
        let row = self.record.deserialize(Some(&self.headers));
        let row: R = row.map_err(|e| explain_field(&self.path, &self.headers, &self.record, e))?;
        match row.flaw() {
            Some(flaw) => Err(flawed(&self.path, self.line(), flaw)),
            None => Ok(Some(row)),
        }
    }

    /// The line of the row that was read last.
    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// What tells that row from all others.
    fn key(&self) -> Vec<String> {
        let columns = self.headers.iter().zip(&self.record);
        let own = columns.filter(|(header, _)| R::KEY.contains(header));
        own.map(|(_, value)| value.to_owned()).collect()
    }
}

/// Calls `each` with every row of a file, and with the row's line. Rows are
/// checked one by one: what takes a look at all of them is left to the caller.
pub(crate) fn for_each_line<R: Row, E: From<ResultsError>>(
    path: &Path,
    mut each: impl FnMut(u64, R) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = RowReader::open(path)?;
    while let Some(row) = reader.next()? {
        each(reader.line(), row)?;
    }
    Ok(())
}

/// The same without the lines.
pub fn for_each_row<R: Row, E: From<ResultsError>>(
    path: &Path,
    mut each: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    for_each_line(path, |_, row| each(row))
}

/// All rows of a file, no two of them about the same.
pub fn read_rows<R: Row>(path: &Path) -> Result<Vec<R>, ResultsError> {
    let mut reader = RowReader::<R>::open(path)?;
    let (mut rows, mut lines, mut keys) = (Vec::new(), Vec::new(), HashMap::new());
    while let Some(row) = reader.next()? {
        let line = reader.line();
        if let Some(first) = keys.insert(reader.key(), line) {
            return Err(ResultsError::Repeated {
                path: path.to_owned(),
                line,
                first,
                key: R::KEY.join(", "),
            });
        }
        rows.push(row);
        lines.push(line);
    }
    match R::flaw_among(&rows) {
        Some((row, flaw)) => Err(flawed(path, lines[row], flaw)),
        None => Ok(rows),
    }
}

fn flawed(path: &Path, line: u64, flaw: Flaw) -> ResultsError {
    ResultsError::Field {
        path: path.to_owned(),
        line,
        column: flaw.column.to_owned(),
        problem: flaw.problem,
    }
}

/// All rows of a table of the folder, or `None` when it has no such file.
pub(crate) fn read_optional<R: Row>(dir: &Path) -> Result<Option<Vec<R>>, ResultsError> {
    match read_rows(&dir.join(R::FILE)) {
        Err(ResultsError::Io { problem, .. }) if problem.kind() == ErrorKind::NotFound => Ok(None),
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
