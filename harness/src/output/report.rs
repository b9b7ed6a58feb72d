//! The report of a results folder, and its summary on the terminal.

use super::say;
use anyhow::Result;
use stackmap_reports::Rules;
use std::path::{Path, PathBuf};

/// A report that is written, and what is to be printed of it.
pub struct Report {
    dir: PathBuf,
    path: PathBuf,
    summary: String,
}

impl Report {
    /// Writes the report.
    pub fn write(dir: &Path, rules: &Rules) -> Result<Report> {
        let results = stackmap_reports::load(dir)?;
        Ok(Report {
            dir: dir.to_owned(),
            path: stackmap_reports::write_report(&results, dir, rules)?,
            summary: stackmap_reports::terminal_summary(&results),
        })
    }

    /// Prints the summary, and ends by naming folder and report.
    pub fn print(&self) -> Result<()> {
        let Report { dir, path, summary } = self;
        say!("{summary}\n{}\n{}", dir.display(), path.display())
    }
}
