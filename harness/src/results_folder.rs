//! Which folder results go to, or come from.

use anyhow::{Context, Result};
use stackmap_reports::results::{Row, SizeRow};
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

/// The folder given, or the newest that `bench` made here.
pub fn or_newest(dir: Option<&Path>) -> Result<PathBuf> {
    if let Some(dir) = dir {
        return Ok(dir.to_owned());
    }
    let runs = fs::read_dir("results").into_iter().flatten().flatten();
    let finished = runs.filter(|run| run.path().join(SizeRow::FILE).exists());
    let newest = finished.max_by_key(|run| run.metadata().and_then(|m| m.modified()).ok());
    let newest = newest.map(|run| run.path());
    newest.context("results/: no run here; make one with `stackmap-lab bench`, or name its folder")
}
