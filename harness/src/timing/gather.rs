//! Puts the rows of all processes together.

use super::folder::TimingFolder;
use super::group::{SampleRow, TimingGroup};
use super::scenario::Chain;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Raw timings of lookups that can overlap.
pub const SAMPLES: &str = "samples.csv";
/// Those where each lookup waits for the one before.
const DEPENDENT: &str = "samples-dependent.csv";

/// Removes the samples of an earlier run, which must not pass for those of
/// this one.
pub fn clear(dir: &Path) -> Result<()> {
    for name in [SAMPLES, DEPENDENT] {
        let path = dir.join(name);
        if path.exists() {
            fs::remove_file(&path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Writes the standing rows of all processes into two files of the same
/// columns.
pub fn gather(
    folder: &TimingFolder,
    groups: &[TimingGroup],
    processes: usize,
    dir: &Path,
) -> Result<()> {
    let mut independent = Output::create(dir, SAMPLES)?;
    let mut dependent = Output::create(dir, DEPENDENT)?;
    for process in 0..processes {
        for group in groups {
            for module in &group.modules {
                let rows = folder.rows(group.number, process, &module.key);
                let mut reader = csv::Reader::from_path(&rows)
                    .with_context(|| format!("{}: cannot be read", rows.display()))?;
                for row in reader.deserialize() {
                    let row: SampleRow = row.with_context(|| rows.display().to_string())?;
                    if module.schemes.contains(&row.scheme) {
                        match row.chain {
                            Chain::Independent => independent.rows.serialize(row)?,
                            Chain::Dependent => dependent.rows.serialize(row)?,
                        }
                    }
                }
            }
        }
    }
    independent.finish()?;
    dependent.finish()
}

/// A CSV file that gets its name when it is complete.
struct Output {
    rows: csv::Writer<BufWriter<File>>,
    partial: PathBuf,
    path: PathBuf,
}

impl Output {
    fn create(dir: &Path, name: &str) -> Result<Output> {
        let (path, partial) = (dir.join(name), dir.join(format!("{name}.partial")));
        let file = File::create(&partial)
            .with_context(|| format!("{}: cannot be written", partial.display()))?;
        let rows = csv::Writer::from_writer(BufWriter::new(file));
        Ok(Output {
            rows,
            partial,
            path,
        })
    }

    fn finish(mut self) -> Result<()> {
        self.rows
            .flush()
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .with_context(|| format!("{}: cannot be written", self.path.display()))
    }
}
