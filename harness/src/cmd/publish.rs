//! `publish`: makes a run the published one, in one step that is ready to be
//! committed: its files, the README's table, and the note for upstream.

use crate::outcome::Outcome;
use crate::results_folder;
use anyhow::{Context, Result, ensure};
use stackmap_encoders::{Encoder, SchemeVisitor, for_each_scheme};
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

/// Between these lines of the README stands what a run says.
const BEGIN: &str = "<!-- results: begin -->\n";
const END: &str = "<!-- results: end -->\n";

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = results_folder::or_newest(args.run.as_deref())?;
    let readme = args.root.join("README.md");
    let to = args.root.join("reports/published");
    let measured = stackmap_reports::load(&dir)?;

    let text = fs::read_to_string(&readme).with_context(|| {
        format!(
            "{}: cannot be read; name the repository with --root",
            readme.display()
        )
    })?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.with_context(|| {
        format!(
            "{}: has no lines {} and {}",
            readme.display(),
            BEGIN.trim(),
            END.trim()
        )
    })?;
    let table = stackmap_reports::readme_results(&measured);
    results_folder::write(
        &args.root,
        "README.md",
        format!("{before}{BEGIN}{table}{END}{after}").as_bytes(),
    )?;

    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("{}: cannot be renewed", to.display()))?;
    }
    copy(&dir, &to)?;
    let note = stackmap_reports::upstream_note(&measured, drawing)
        .context("no scheme is recommended, so there is nothing to say upstream")?;
    results_folder::write(&to, "upstream.md", note.as_bytes())?;
    println!("{}\n{}", to.display(), readme.display());
    Ok(Outcome::Complete)
}

/// Everything that the report is made of, but the raw timings, which take
/// more room than all the rest.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{}: cannot be written", to.display()))?;
    let mut files = 0;
    for entry in
        fs::read_dir(from).with_context(|| format!("{}: cannot be read", from.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name == "plots" {
            copy(&path, &to.join(name))?;
            continue;
        }
        let kept = [".csv", ".html", ".md", ".svg", "provenance.json"];
        if kept.iter().any(|end| name.ends_with(end)) && !name.starts_with("samples") {
            fs::copy(&path, to.join(&name))
                .with_context(|| format!("{}: cannot be copied", path.display()))?;
            files += 1;
        }
    }
    ensure!(files > 0, "{}: nothing to publish here", from.display());
    Ok(())
}

/// The drawing at the top of a scheme's file.
fn drawing(scheme: &str) -> Option<String> {
    struct Find<'n>(&'n str, Option<&'static str>);
    impl SchemeVisitor for Find<'_> {
        fn visit<E: Encoder>(&mut self, source: &'static str) {
            if E::NAME == self.0 {
                self.1 = Some(source);
            }
        }
    }
    let mut find = Find(scheme, None);
    for_each_scheme(&mut find);
    let (_, rest) = find.1?.split_once("```text\n")?;
    let (drawing, _) = rest.split_once("//! ```")?;
    let lines = drawing.lines().map(|line| line.trim_start_matches("//!"));
    Some(
        lines
            .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
            .collect(),
    )
}
