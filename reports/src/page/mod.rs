//! The report as one HTML file that needs nothing else, and the files beside it.

mod inspection;
mod research;
mod sections;

use crate::decision::{self, decide};
use crate::plot::{Figure, Plots, TEXT_STYLE, variables};
use crate::results::{Results, ResultsError, write_file};
use crate::table::{escape, markup};
use crate::weights::Weights;
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

/// A part of the page that can be linked to.
struct Section {
    id: String,
    title: String,
    html: String,
}

/// Writes `report.html`, `decision.md` and `plots/*.svg` into `dir` and
/// returns the path of the first.
pub fn write_report(
    results: &Results,
    dir: &Path,
    weights: &Weights,
) -> Result<PathBuf, ResultsError> {
    let decision = decide(results, weights);
    let plots = Plots::of(results, &decision);
    let folder = dir.join(PLOTS);
    fs::create_dir_all(&folder).map_err(|e| ResultsError::io(&folder, e))?;
    for figure in plots.all() {
        let path = folder.join(format!("{}.svg", figure.id));
        write_file(&path, figure.file().as_bytes())?;
    }
    write_file(
        &dir.join(DECISION),
        decision::markdown(&decision).as_bytes(),
    )?;
    let path = dir.join(REPORT);
    let report = page(TITLE, &sections::all(results, &decision, &plots));
    write_file(&path, report.as_bytes())?;
    Ok(path)
}

/// Writes one page about the modules of `results` alone: what each scheme
/// would make of them.
pub fn write_inspection(results: &Results, path: &Path) -> Result<(), ResultsError> {
    let page = page("Stack maps of your modules", &inspection::all(results));
    fs::write(path, page).map_err(|e| ResultsError::io(path, e))
}

fn page(title: &str, sections: &[Section]) -> String {
    let link = |s: &Section| format!("<li><a href=\"#{}\">{}</a></li>\n", s.id, s.title);
    let links: String = sections.iter().map(link).collect();
    let body: String = sections.iter().map(Section::html).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n\
         <style>\n{}{TEXT_STYLE}\n{}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1>\n\
         <nav aria-label=\"Contents\"><ul>\n{links}</ul></nav></header>\n\
         <main>\n{body}</main>\n</body>\n</html>\n",
        variables(),
        include_str!("style.css")
    )
}

impl Section {
    fn html(&self) -> String {
        let Section { id, title, html } = self;
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n\
             <h2 id=\"{id}-h\"><a href=\"#{id}\">{title}</a></h2>\n{html}</section>\n"
        )
    }
}

impl Figure {
    /// The plot with its caption and the table of its data.
    fn html(&self) -> String {
        let caption = format!("<figcaption>{}</figcaption>\n", markup(&self.description));
        self.html_with(&caption)
    }

    /// One of many plots that a common caption explains.
    fn html_of_many(&self) -> String {
        self.html_with("")
    }

    fn html_with(&self, caption: &str) -> String {
        let Figure {
            id, title, table, ..
        } = self;
        format!(
            "<figure id=\"{id}\">\n<h3><a href=\"#{id}\">{}</a></h3>\n\
             <div class=\"scroll\" tabindex=\"0\">{}</div>\n\
             {caption}<details><summary>Table</summary>\n{}</details>\n</figure>\n",
            escape(title),
            self.inline(),
            table.html()
        )
    }
}

fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", markup(text))
}

fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", markup(text))
}
