//! `publish`: makes a run the published one, in one step that is ready to be
//! committed: its files, the README's table, and the note for upstream.

use crate::outcome::Outcome;
use crate::{results_folder, scheme};
use anyhow::{Context, Result, ensure};
use stackmap_reports::results::{PROVENANCE, write_file};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Results folder [default: the newest under results/]
    run: Option<PathBuf>,
    /// Where the repository lies
    #[arg(long, default_value = ".")]
    root: PathBuf,
}

/// Where the published run lies in the repository.
const PUBLISHED: &str = "reports/published";

/// Between these lines of the README stands what a run says.
const BEGIN: &str = "<!-- results: begin -->\n";
const END: &str = "<!-- results: end -->\n";

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = results_folder::or_newest(args.run.as_deref())?;
    let readme = args.root.join("README.md");
    let to = args.root.join(PUBLISHED);
    let measured = stackmap_reports::load(&dir)?;
    let table = stackmap_reports::readme_results(&measured);
    write_file(&readme, with_table(&readme, &table)?.as_bytes())?;

    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("{}: cannot be renewed", to.display()))?;
    }
    copy(&dir, &to)?;
    let drawing = |name: &str| Some(scheme::named(name).ok()?.source.drawing());
    let note = stackmap_reports::upstream_note(&measured, drawing)
        .context("no scheme is recommended, so there is nothing to say upstream")?;
    write_file(&to.join("upstream.md"), note.as_bytes())?;
    println!("{}\n{}", to.display(), readme.display());
    Ok(Outcome::Complete)
}

/// The README's text, with another table in it.
fn with_table(readme: &Path, table: &str) -> Result<String> {
    let path = readme.display();
    let text = fs::read_to_string(readme)
        .with_context(|| format!("{path}: cannot be read; name the repository with --root"))?;
    let (before, rest) = text.split_once(BEGIN).unzip();
    let after = rest.and_then(|rest| Some(rest.split_once(END)?.1));
    let (before, after) = before
        .zip(after)
        .with_context(|| format!("{path}: has no lines {} and {}", BEGIN.trim(), END.trim()))?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

/// Everything that the report is made of, but the raw timings, which take
/// more room than all the rest.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{}: cannot be written", to.display()))?;
    let mut files = 0;
    let entries =
        fs::read_dir(from).with_context(|| format!("{}: cannot be read", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let target = to.join(&*name);
        if path.is_dir() && name == "plots" {
            copy(&path, &target)?;
            continue;
        }
        let kept = [".csv", ".html", ".md", ".svg", PROVENANCE];
        if kept.iter().any(|end| name.ends_with(end)) && !name.starts_with("samples") {
            fs::copy(&path, &target)
                .with_context(|| format!("{}: cannot be copied", path.display()))?;
            files += 1;
        }
    }
    ensure!(files > 0, "{}: nothing to publish here", from.display());
    Ok(())
}
