//! Reading tidy CSV files by header name, with errors that name the column.

use crate::ReportError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// One row of a CSV file of the results folder.
pub(crate) trait Record: DeserializeOwned {
    /// The file's name in the folder.
    const FILE: &'static str;
    /// The columns that must be there, in any order.
    const COLUMNS: &'static [&'static str];
}

/// Declares a row type whose fields are its columns, so that the two cannot
/// drift apart.
macro_rules! record {
    (
        $(#[$meta:meta])* $name:ident in $file:literal {
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::record::Record for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    };
}
pub(crate) use record;

/// All rows of a file, or `None` when there is no such file.
pub(crate) fn read_optional<R: Record>(dir: &Path) -> Result<Option<Vec<R>>, ReportError> {
    let path = dir.join(R::FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(ReportError::io(&path, e)),
    };
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().map_err(|e| unreadable(&path, e))?.clone();
    if let Some(column) = R::COLUMNS
        .iter()
        .find(|c| !headers.iter().any(|h| h == **c))
    {
        return Err(ReportError::MissingColumn { path, column });
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| unreadable(&path, e))?
    {
        let row = record
            .deserialize(Some(&headers))
            .map_err(|e| bad_field(&path, &headers, &record, e))?;
        rows.push(row);
    }
    Ok(Some(rows))
}

/// All rows of a file that has to be there and has to have some.
pub(crate) fn read_required<R: Record>(dir: &Path) -> Result<Vec<R>, ReportError> {
    let path = dir.join(R::FILE);
    match read_optional(dir)? {
        None => Err(ReportError::unusable(
            &path,
            "no such file; is this the folder that `bench` named?",
        )),
        Some(rows) if rows.is_empty() => Err(ReportError::unusable(&path, "has no rows")),
        Some(rows) => Ok(rows),
    }
}

fn unreadable(path: &Path, error: csv::Error) -> ReportError {
    ReportError::unusable(path, one_line(&error.to_string()))
}

fn bad_field(
    path: &Path,
    headers: &csv::StringRecord,
    record: &csv::StringRecord,
    error: csv::Error,
) -> ReportError {
    let line = record.position().map_or(0, csv::Position::line);
    let (field, problem) = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => (err.field(), err.kind().to_string()),
        _ => (None, error.to_string()),
    };
    let at = field.and_then(|f| usize::try_from(f).ok());
    let column = at.and_then(|i| headers.get(i)).unwrap_or("?").to_owned();
    let value = at.and_then(|i| record.get(i)).unwrap_or("");
    ReportError::Field {
        path: path.to_owned(),
        line,
        column,
        problem: format!("`{value}`: {}", one_line(&problem)),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number that may be unknown: empty and NaN both mean that.
pub(crate) fn known<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::<f64>::deserialize(d)?.filter(|v| v.is_finite()))
}
