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

/// The files with samples, while they are written.
pub struct SampleFiles {
    independent: RowWriter<SampleRow>,
    dependent: RowWriter<SampleRow>,
}

impl SampleFiles {
    pub fn create(dir: &Path) -> Result<SampleFiles> {
        Ok(SampleFiles {
            independent: RowWriter::create(&dir.join(SampleRow::FILE))?,
            dependent: RowWriter::create(&dir.join(DEPENDENT))?,
        })
    }

    /// Adds the standing rows of all processes of one run.
    pub fn gather(
        &mut self,
        folder: &TimingFolder,
        groups: &[TimingGroup],
        processes: usize,
    ) -> Result<()> {
        let pairs = (0..processes).flat_map(|p| groups.iter().map(move |g| (p, g)));
        for (process, group) in pairs {
            for module in &group.modules {
                let rows = folder.rows(group.number, process, &module.folder);
                for_each_row(&rows, |row: SampleRow| {
                    if !module.schemes.contains(&row.scheme) {
                        return Ok(());
                    }
                    match row.chain {
                        Chain::Independent => self.independent.push(&row),
                        Chain::Dependent => self.dependent.push(&row),
                    }
                })?;
            }
        }
        Ok(())
    }

    pub fn finish(self) -> Result<()> {
        self.independent.finish()?;
        Ok(self.dependent.finish()?)
    }
}
