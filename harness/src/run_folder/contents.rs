//! What belongs to a run in its folder, by name. Everything else is somebody
//! else's, and is left alone.

use super::lock::LOCK;
use crate::deterministic::BY_MODULE;
use crate::digest::sha256_of_file;
use crate::machine::usage::WHILE_TIMING;
use crate::shard::ShardRecord;
use crate::timing;
use anyhow::{Context, Result};
use stackmap_reports::results::{
    DecisionRow, LatencyRow, LeftOutRow, PROVENANCE, PageFaultRow, PooledRow, Row, RunRow,
    SampleRow, SchemeRow, WasmtimeRow, WasmtimeStressRow, partial,
};
use stackmap_reports::{DECISION, PLOTS, REPORT};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Says which run a folder belongs to.
pub const MANIFEST: &str = "run.json";

/// The files that say what a run found, raw timings left out.
pub fn findings() -> impl Iterator<Item = &'static str> {
    let tables = [
        SchemeRow::FILE,
        LatencyRow::FILE,
        PooledRow::FILE,
        RunRow::FILE,
        LeftOutRow::FILE,
        PageFaultRow::FILE,
        WasmtimeRow::FILE,
        WasmtimeStressRow::FILE,
        DecisionRow::FILE,
    ];
    let others = [PROVENANCE, REPORT, DECISION];
    BY_MODULE.into_iter().chain(tables).chain(others)
}

/// All files of a run.
fn files() -> impl Iterator<Item = &'static str> {
    let raw = [
        SampleRow::FILE,
        timing::DEPENDENT,
        WHILE_TIMING,
        ShardRecord::FILE,
    ];
    findings().chain(raw)
}

/// The plots in a results folder.
pub fn plots(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join(PLOTS))
        .into_iter()
        .flatten()
        .flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|e| e == "svg"))
        .collect()
}

/// Something in the folder that a folder without a run would not have.
pub fn first_of_others(dir: &Path) -> Option<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let half_written = partial(Path::new(MANIFEST)).display().to_string();
    names
        .filter(|name| ![LOCK, &half_written].contains(&name.as_str()))
        .min()
}

/// Removes the files of a run, whole or half written.
pub fn remove_files(dir: &Path) -> Result<()> {
    for name in files() {
        let path = dir.join(name);
        remove(&path)?;
        remove(&partial(&path))?;
    }
    Ok(())
}

/// Removes the folders of a run: the timings, and the plots unless somebody
/// has put something beside them.
pub fn remove_folders(dir: &Path) -> Result<()> {
    let timings = dir.join(timing::FOLDER);
    missing_is_fine(fs::remove_dir_all(&timings))
        .with_context(|| format!("{}: cannot be removed", timings.display()))?;
    plots(dir).iter().try_for_each(|plot| remove(plot))?;
    let _ = fs::remove_dir(dir.join(PLOTS));
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = missing_is_fine(fs::remove_file(path));
    removed.with_context(|| format!("{}: cannot be removed", path.display()))
}

fn missing_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// SHA-256 of each file of a run that there is.
pub fn sums(dir: &Path) -> Result<BTreeMap<String, String>> {
    let there = files().filter(|name| dir.join(name).exists());
    there
        .map(|name| Ok((name.to_owned(), sum(&dir.join(name))?)))
        .collect()
}

/// SHA-256 of a file.
pub fn sum(path: &Path) -> Result<String> {
    sha256_of_file(path).with_context(|| format!("{}: cannot be read", path.display()))
}
