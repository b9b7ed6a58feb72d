//! The report as one HTML file that needs nothing else, and the files beside it.

mod html;
mod inspection;
mod publish;
mod research;
mod run;
mod sections;
mod side_by_side;
mod terminal;
mod wasmtime;

pub use publish::{readme_results, upstream_note};
pub use terminal::{frontier_text, terminal_summary};

use crate::decision;
use crate::plot::Plots;
use crate::results::{Results, ResultsError, write_file, write_rows};
use crate::stats::{Rules, decide};
use html::page;
use std::fs;
use std::path::{Path, PathBuf};

/// The report's file.
pub const REPORT: &str = "report.html";
/// The file of its decision alone.
pub const DECISION: &str = "decision.md";
/// The folder of its plots.
pub const PLOTS: &str = "plots";

/// Heading of the report.
const TITLE: &str = "Encodings of Wasmtime's GC stack maps";

/// Writes `report.html`, `decision.md`, `decision.csv` and `plots/*.svg` into
/// `dir` and returns the path of the first.
pub fn write_report(results: &Results, dir: &Path, rules: &Rules) -> Result<PathBuf, ResultsError> {
    let decision = decide(results, rules);
    let plots = Plots::of(results, &decision);
    let folder = dir.join(PLOTS);
    fs::create_dir_all(&folder).map_err(|e| ResultsError::io(&folder, e))?;
    for figure in plots.all() {
        let path = folder.join(format!("{}.svg", figure.id));
        write_file(&path, figure.file().as_bytes())?;
    }
    let text = decision::markdown(results, &decision);
    write_file(&dir.join(DECISION), text.as_bytes())?;
    write_rows(dir, &decision::rows(&decision))?;
    let path = dir.join(REPORT);
    let html = page(TITLE, &sections::all(results, &decision, &plots));
    write_file(&path, html.as_bytes())?;
    Ok(path)
}

/// Writes one page about the modules of `results` alone: what each scheme
/// would make of them.
pub fn write_inspection(results: &Results, path: &Path) -> Result<(), ResultsError> {
    let html = page("Stack maps of your modules", &inspection::all(results));
    // Not under another name first: the path may be no plain file's.
    fs::write(path, html).map_err(|e| ResultsError::io(path, e))
}
