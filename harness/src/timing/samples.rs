//! The samples: the rows of all processes, put together.

use super::folder::TimingFolder;
use super::group::TimingGroup;
use anyhow::{Context, Result};
use stackmap_reports::results::{Chain, Row, RowWriter, SampleRow, for_each_row};
use std::fs;
use std::path::Path;

/// Raw timings of lookups that wait for one another; the columns are those of
/// the others.
pub const DEPENDENT: &str = "samples-dependent.csv";

/// Removes the samples of an earlier run, which must not pass for those of
/// this one.
pub fn clear(dir: &Path) -> Result<()> {
    for name in [SampleRow::FILE, DEPENDENT] {
        let path = dir.join(name);
        if path.exists() {
            fs::remove_file(&path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Writes the standing rows of all processes into the results folder.
pub fn gather(
    folder: &TimingFolder,
    groups: &[TimingGroup],
    processes: usize,
    dir: &Path,
) -> Result<()> {
    let mut independent = RowWriter::create(&dir.join(SampleRow::FILE))?;
    let mut dependent = RowWriter::create(&dir.join(DEPENDENT))?;
    for process in 0..processes {
        for group in groups {
            for module in &group.modules {
                let rows = folder.rows(group.number, process, &module.folder);
                for_each_row(&rows, |row: SampleRow| {
                    if !module.schemes.contains(&row.scheme) {
                        return Ok(());
                    }
                    match row.chain {
                        Chain::Independent => independent.push(&row),
                        Chain::Dependent => dependent.push(&row),
                    }
                })?;
            }
        }
    }
    independent.finish()?;
    Ok(dependent.finish()?)
}
