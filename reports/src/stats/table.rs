//! CSV in and out: columns by header name, errors that name file and column.

use super::error::StatsError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Calls `each` for every row. Extra columns are ignored; a missing column or
/// a bad value is an error that names it.
pub(super) fn read<T: DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(T) -> Result<(), StatsError>,
) -> Result<(), StatsError> {
    let mut reader = csv::Reader::from_path(path).map_err(|e| explain(path, None, e))?;
    let headers = reader
        .headers()
        .map_err(|e| explain(path, None, e))?
        .clone();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let row = record.deserialize(Some(&headers));
                each(row.map_err(|e| explain(path, Some(&headers), e))?)?;
            }
            Err(e) => return Err(explain(path, Some(&headers), e)),
        }
    }
}

/// All rows of a file.
pub(super) fn read_all<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, StatsError> {
    let mut rows = Vec::new();
    read(path, |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// Writes rows under a header taken from the field names.
pub(super) fn write<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), StatsError> {
    let mut writer = csv::Writer::from_path(path).map_err(|e| explain(path, None, e))?;
    for row in rows {
        writer.serialize(row).map_err(|e| explain(path, None, e))?;
    }
    writer.flush().map_err(|e| StatsError::file(path, e))
}

fn explain(path: &Path, headers: Option<&csv::StringRecord>, error: csv::Error) -> StatsError {
    let problem = match error.into_kind() {
        csv::ErrorKind::Io(source) => return StatsError::file(path, source),
        csv::ErrorKind::Deserialize { pos, err } => {
            let line = pos.map_or(0, |p| p.line());
            let column = err
                .field()
                .and_then(|i| headers?.get(usize::try_from(i).ok()?));
            match (err.kind(), column) {
                (csv::DeserializeErrorKind::Message(text), None) => missing(text),
                (kind, Some(column)) => format!("line {line}, column `{column}`: {kind}"),
                (kind, None) => format!("line {line}: {kind}"),
            }
        }
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.map_or(0, |p| p.line());
            format!(
                "line {line} has {len} columns instead of {expected_len}; the file may be cut off"
            )
        }
        other => format!("{other:?}"),
    };
    StatsError::Table {
        path: path.to_owned(),
        problem,
    }
}

/// Serde's "missing field" in the words of the file.
fn missing(text: &str) -> String {
    match text.strip_prefix("missing field ") {
        Some(column) => format!("column {column} is missing"),
        None => text.to_owned(),
    }
}
