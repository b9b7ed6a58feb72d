//! `publish`: makes a run the published one, in one step that is ready to be
//! committed: its files, the README's table, and the note for upstream.
//!
//! All is checked and built before anything is replaced, so that a failure
//! leaves the published run as it was.

use crate::outcome::Outcome;
use crate::output::say;
use crate::run_folder::{self, Manifest};
use crate::scheme;
use anyhow::{Context, Result, ensure};
use stackmap_reports::results::{
    LatencyRow, Results, Row, WasmtimeRow, WasmtimeStressRow, read_rows, write_file, write_rows,
};
use stackmap_reports::{Rules, load, readme_results, upstream_note, write_report};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[derive(clap::Args)]
pub struct Args {
    /// Results folder [default: the newest under results/]
    run: Option<PathBuf>,

    /// Folder of `just wasmtime`, whose tables belong to the run; of several, what
    /// was executed comes from the last that has it
    #[arg(long, value_name = "DIR")]
    wasmtime: Vec<PathBuf>,

    /// Where the repository lies
    #[arg(long, default_value = ".")]
    root: PathBuf,

    /// Publish a run that measured less than the published one, or that does
    /// not say whether it was finished
    #[arg(long)]
    force: bool,
}

/// Where the published run lies in the repository.
const PUBLISHED: &str = "reports/published";

/// Between these lines of the README stands what a run says.
const BEGIN: &str = "<!-- results: begin -->\n";
const END: &str = "<!-- results: end -->\n";

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = run_folder::or_newest(args.run.as_deref())?;
    let readme = args.root.join("README.md");
    let to = args.root.join(PUBLISHED);
    let name = dir.display();
    ensure!(
        !run_folder::are_same(&dir, &to),
        "{name}: published already; name another run"
    );
    match Manifest::read(&dir)? {
        Some(manifest) => manifest.check_whole(&dir)?,
        None => ensure!(
            args.force,
            "{name}: no finished run, for lack of a run.json; make one with `stackmap-lab bench`, or publish it with --force"
        ),
    }
    let measured = load(&dir)?;
    if to.exists() && !args.force {
        check_no_less(&dir, &measured, &to)?;
    }
    let replacement = Replacement::beside(&to)?;
    let incoming = replacement.incoming();
    copy(&dir, &incoming)?;
    if !args.wasmtime.is_empty() {
        add_executions(&args.wasmtime, &incoming)?;
    }
    // Made anew, of all the tables and by this program's rules.
    let published = load(&incoming)?;
    write_report(&published, &incoming, &Rules::default())?;
    let text = with_table(&readme, &readme_results(&published))?;
    let note = upstream_note(&published, drawing).with_context(|| {
        format!("{name}: recommends no scheme, so there is nothing to publish; measure more")
    })?;
    write_file(&incoming.join("upstream.md"), note.as_bytes())?;
    replacement.swap(&to)?;
    if let Err(error) = write_file(&readme, text.as_bytes()) {
        replacement.swap_back(&to)?;
        return Err(error.into());
    }
    say!("{}\n{}", to.display(), readme.display())?;
    Ok(Outcome::Complete)
}

/// How a format is drawn. One that records empties draws what it adds to the scheme
/// of its name, whose drawing comes first.
fn drawing(name: &str) -> Option<String> {
    let own = |name: &str| Some(scheme::named(name).ok()?.source.drawing());
    match name.strip_suffix("-tri").and_then(own) {
        Some(base) => Some(format!("{}\n\n{}", base.trim_end(), own(name)?)),
        None => own(name),
    }
}

/// Fails if a run measured less than the published one.
fn check_no_less(dir: &Path, run: &Results, to: &Path) -> Result<()> {
    let published = load(to).with_context(|| "publish over it with --force")?;
    // The most in any row, since not every module is timed in all of them.
    let most = |of: &Results, count: fn(&LatencyRow) -> usize| {
        let latencies = of.latencies.iter().flatten();
        latencies.map(count).max().unwrap_or(0)
    };
    let both = |count| (most(run, count), most(&published, count));
    let (processes, runs) = (both(|row| row.processes), both(|row| row.runs));
    let amounts: [(&str, usize, usize); 4] = [
        ("processes", processes.0, processes.1),
        ("runs", runs.0, runs.1),
        ("modules", run.modules.len(), published.modules.len()),
        ("schemes", run.schemes.len(), published.schemes.len()),
    ];
    for (what, here, there) in amounts {
        ensure!(
            here >= there,
            "{}: {what}: {here}, but {there} in the published run; measure more, or publish it with --force",
            dir.display()
        );
    }
    Ok(())
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
    let paths = run_folder::findings().map(|name| from.join(name));
    paths
        .filter(|path| path.exists())
        .try_for_each(|path| copy_file(&path, to))
}

/// Puts the tables of `just wasmtime` in place of those that are there, execution by
/// execution.
fn add_executions(folders: &[PathBuf], to: &Path) -> Result<()> {
    let read = |folder: &Path| -> Result<Vec<WasmtimeRow>> {
        let path = folder.join(WasmtimeRow::FILE);
        Ok(match path.exists() {
            true => read_rows(&path)?,
            false => Vec::new(),
        })
    };
    let mut all = read(to)?;
    // The stress is of the same builds, or is left out.
    let _ = fs::remove_file(to.join(WasmtimeStressRow::FILE));
    for folder in folders {
        let (rows, stress) = (read(folder)?, folder.join(WasmtimeStressRow::FILE));
        ensure!(
            !rows.is_empty() || stress.exists(),
            "{}: holds no {}; make one with `just wasmtime`",
            folder.display(),
            WasmtimeRow::FILE
        );
        let place = |row: &WasmtimeRow| (row.module.clone(), row.collector);
        let anew: BTreeSet<_> = rows.iter().map(place).collect();
        all.retain(|row| !anew.contains(&place(row)));
        all.extend(rows);
        if stress.exists() {
            copy_file(&stress, to)?;
        }
    }
    write_rows(to, &all)?;
    Ok(())
}

fn copy_file(path: &Path, to: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default();
    let copied = fs::copy(path, to.join(name));
    copied.with_context(|| format!("{}: cannot be copied", path.display()))?;
    Ok(())
}

/// A folder that is built beside another one and then takes its place.
struct Replacement(TempDir);

impl Replacement {
    fn beside(to: &Path) -> Result<Replacement> {
        let parent = to.parent().unwrap_or(Path::new("."));
        let make = || {
            fs::create_dir_all(parent)?;
            let dir = tempfile::Builder::new()
                .prefix(".published-")
                .tempdir_in(parent)?;
            let replacement = Replacement(dir);
            fs::create_dir(replacement.incoming())?;
            Ok::<_, std::io::Error>(replacement)
        };
        make().with_context(|| format!("{}: cannot be written to", parent.display()))
    }

    /// Where the new folder is built.
    fn incoming(&self) -> PathBuf {
        self.0.path().join("new")
    }

    /// Where the old one goes.
    fn old(&self) -> PathBuf {
        self.0.path().join("old")
    }

    /// Puts the new folder in the place of the old one.
    fn swap(&self, to: &Path) -> Result<()> {
        if to.exists() {
            rename(to, &self.old())?;
        }
        rename(&self.incoming(), to).or_else(|error| {
            self.put_old_back(to)?;
            Err(error)
        })
    }

    fn swap_back(&self, to: &Path) -> Result<()> {
        rename(to, &self.incoming())?;
        self.put_old_back(to)
    }

    fn put_old_back(&self, to: &Path) -> Result<()> {
        match self.old().exists() {
            true => rename(&self.old(), to),
            false => Ok(()),
        }
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("{}: cannot become {}", from.display(), to.display()))
}
