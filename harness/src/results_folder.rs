//! One folder per run: tidy CSV files and a provenance record.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Creates the folder and checks that it can be written to, before anything
/// is measured.
pub fn create(dir: &Path) -> Result<PathBuf> {
    let remedy = || {
        format!(
            "{}: cannot write results here; choose another --out",
            dir.display()
        )
    };
    fs::create_dir_all(dir).with_context(remedy)?;
    let probe = dir.join(".probe");
    fs::write(&probe, "")
        .and_then(|()| fs::remove_file(&probe))
        .with_context(remedy)?;
    Ok(dir.to_owned())
}

/// Writes one CSV file, whole or not at all.
pub fn write_csv<R: Serialize>(dir: &Path, name: &str, rows: &[R]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    write(dir, name, &writer.into_inner()?)
}

/// Writes a file under a temporary name and renames it.
pub fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let (path, partial) = (dir.join(name), dir.join(format!("{name}.partial")));
    fs::write(&partial, bytes)
        .and_then(|()| fs::rename(&partial, &path))
        .with_context(|| format!("{}: cannot be written", path.display()))
}

/// The folder given, or the newest that `bench` made here.
pub fn or_newest(dir: Option<&Path>) -> Result<PathBuf> {
    if let Some(dir) = dir {
        return Ok(dir.to_owned());
    }
    let runs = fs::read_dir("results").into_iter().flatten().flatten();
    let finished = runs.filter(|run| run.path().join("size.csv").exists());
    let newest = finished.max_by_key(|run| run.metadata().and_then(|m| m.modified()).ok());
    let newest = newest.map(|run| run.path());
    newest.context("results/: no run here; make one with `stackmap-lab bench`, or name its folder")
}
