//! The report of a results folder, and its summary on the terminal.

use anyhow::Result;
use stackmap_reports::Weights;
use std::path::Path;

/// Writes the report, prints the summary, and ends by naming both.
pub fn write(dir: &Path, weights: &Weights) -> Result<()> {
    let results = stackmap_reports::load(dir)?;
    let report = stackmap_reports::write_report(&results, dir, weights)?;
    println!("{}", stackmap_reports::terminal_summary(&results));
    println!("{}\n{}", dir.display(), report.display());
    Ok(())
}
