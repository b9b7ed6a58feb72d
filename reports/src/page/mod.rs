//! The report as one HTML file that needs nothing else, and the files beside it.

mod html;
mod inspection;
mod publish;
mod research;
mod sections;
mod terminal;

pub use publish::{readme_results, upstream_note};
pub use terminal::{frontier_text, terminal_summary};

use crate::decision;
use crate::plot::Plots;
use crate::results::{Results, ResultsError};
use crate::stats::{Weights, decide};
use html::page;
use std::fs;
use std::path::{Path, PathBuf};

/// Heading of the report.
const TITLE: &str = "Encodings of Wasmtime's GC stack maps";

/// Writes `report.html`, `decision.md` and `plots/*.svg` into `dir` and
/// returns the path of the first.
pub fn write_report(
    results: &Results,
    dir: &Path,
    weights: &Weights,
) -> Result<PathBuf, ResultsError> {
    let decision = decide(results, weights);
    let plots = Plots::of(results, &decision);
    let folder = dir.join("plots");
    fs::create_dir_all(&folder).map_err(|e| ResultsError::io(&folder, e))?;
    for figure in plots.all() {
        write(&folder.join(format!("{}.svg", figure.id)), &figure.file())?;
    }
    write(&dir.join("decision.md"), &decision::markdown(&decision))?;
    let path = dir.join("report.html");
    write(
        &path,
        &page(TITLE, &sections::all(results, &decision, &plots)),
    )?;
    Ok(path)
}

fn write(path: &Path, text: &str) -> Result<(), ResultsError> {
    fs::write(path, text).map_err(|e| ResultsError::io(path, e))
}

/// Writes one page about the modules of `results` alone: what each scheme
/// would make of them.
pub fn write_inspection(results: &Results, path: &Path) -> Result<(), ResultsError> {
    write(
        path,
        &page("Stack maps of your modules", &inspection::all(results)),
    )
}
