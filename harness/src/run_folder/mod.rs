//! Results folders: which one a run may write into, and which one to read.
//!
//! A folder belongs to one run. Its `run.json` says which, and whether that is
//! finished; while it lasts, the folder is locked. A run gets a folder that is
//! empty, or the one that it goes on in; it replaces another run only if told
//! to, and never touches a file that is no run's.

mod contents;
mod flags;
mod lock;
mod manifest;

pub use contents::findings;
pub use flags::{Force, Onto, ResumeOrForce};
pub use manifest::Manifest;

use crate::call::Call;
use crate::output::note;
use crate::{interrupt, timing};
use anyhow::{Context, Result, bail, ensure};
use contents::MANIFEST;
use lock::FolderLock;
use manifest::RunState;
use stackmap_reports::results::{Row, SampleRow, SizeRow};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where results go that are not sent elsewhere.
const RESULTS: &str = "results";

/// The results folder of one run, which nobody else writes into meanwhile.
pub struct RunFolder {
    dir: PathBuf,
    manifest: Manifest,
    found: Found,
    lock: FolderLock,
}

/// What of a folder's files has to go before the run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing, or the run that goes on.
    Nothing,
    /// Files named like a run's.
    Files,
    /// Those of another run, its folders included.
    Run,
}

impl RunFolder {
    /// Takes a folder for a run, if it may have it. Nothing in it changes
    /// before [`RunFolder::begin`].
    pub fn claim(dir: &Path, call: &Call, onto: Onto) -> Result<RunFolder> {
        if onto == Onto::Resume {
            ensure!(
                dir.is_dir(),
                "{}: no such folder to go on in",
                dir.display()
            );
        }
        let lock = FolderLock::take(dir)?;
        let manifest = Manifest::of(call, dir);
        let found = match Manifest::read(dir)? {
            Some(other) => beside_run(dir, &manifest, &other, call.is_resumable(), onto)?,
            None => beside_files(dir, onto)?,
        };
        let name = dir.display();
        interrupt::announce(format!(
            "{name} is unfinished; go on with: {}",
            manifest.again
        ))?;
        Ok(RunFolder {
            dir: dir.to_owned(),
            manifest,
            found,
            lock,
        })
    }

    /// Makes the folder the run's own, and says on stderr which it is.
    pub fn begin(&mut self) -> Result<()> {
        self.lock.keep();
        self.manifest.write(&self.dir)?;
        if self.found != Found::Nothing {
            contents::remove_files(&self.dir)?;
        }
        if self.found == Found::Run {
            contents::remove_folders(&self.dir)?;
        }
        note!("results go to {}", self.dir.display());
        Ok(())
    }

    /// Takes down that the run is complete, and what it left.
    pub fn finish(mut self) -> Result<()> {
        self.manifest.state = RunState::Complete;
        self.manifest.files = contents::sums(&self.dir)?;
        self.manifest.write(&self.dir)
    }
}

/// Whether a run may have a folder that holds another run, or an earlier part
/// of itself.
fn beside_run(
    dir: &Path,
    run: &Manifest,
    found: &Manifest,
    is_resumable: bool,
    onto: Onto,
) -> Result<Found> {
    let name = dir.display();
    let difference = found.difference(run);
    let again = &found.again;
    match (onto, difference) {
        (Onto::Replace, _) => Ok(Found::Run),
        (Onto::Resume, Some(begun)) => bail!(
            "{name}: the run in it was begun {begun}; go on with `{again}`, or start a new run with --out"
        ),
        (Onto::Resume, None) => {
            let is_there = |name| dir.join(name).exists();
            ensure!(
                is_there(timing::FOLDER) || !is_there(SampleRow::FILE),
                "{name}: the run's folder {} is gone, so that all would be timed anew; start a new run with --out",
                timing::FOLDER
            );
            Ok(Found::Nothing)
        }
        (Onto::Nothing, _) if found.is_complete() => {
            bail!("{name}: holds a finished run; choose another --out, or replace it with --force")
        }
        (Onto::Nothing, Some(begun)) => bail!(
            "{name}: holds an unfinished run that was begun {begun}; finish it by `{again}`, choose another --out, or replace it with --force"
        ),
        (Onto::Nothing, None) if is_resumable => bail!(
            "{name}: holds an unfinished run; go on with it by `{again}`, or replace it with --force"
        ),
        // Little was done, and the same is done again, as on a cluster that
        // starts a job anew.
        (Onto::Nothing, None) => Ok(Found::Run),
    }
}

/// Whether a run may have a folder that holds no run.
fn beside_files(dir: &Path, onto: Onto) -> Result<Found> {
    let Some(file) = contents::first_of_others(dir) else {
        return Ok(Found::Nothing);
    };
    let name = dir.display();
    match onto {
        Onto::Resume => bail!(
            "{name}: no run to go on with, for lack of a {}; start a new one with --out",
            MANIFEST
        ),
        Onto::Nothing => bail!(
            "{name}: not empty and no run's: it holds {file}; choose another --out, or replace only what is named like results with --force"
        ),
        Onto::Replace => {
            let timings = dir.join(timing::FOLDER);
            ensure!(
                !timings.exists(),
                "{}: may be no run's; move it away, or choose another --out",
                timings.display()
            );
            Ok(Found::Files)
        }
    }
}

/// A folder for a run that was not given one, named by the time. That may be
/// set back, and two runs may begin in one second.
pub fn new_folder() -> PathBuf {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let first = Path::new(RESULTS).join(now.map_or(0, |since| since.as_secs()).to_string());
    let mut dir = first.clone();
    for nth in 2.. {
        if !dir.exists() {
            break;
        }
        dir = format!("{}-{nth}", first.display()).into();
    }
    dir
}

/// Whether two paths name one folder.
pub fn are_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some() && real(one) == real(other)
}

/// The folder given, or the newest finished run under `results/`.
pub fn or_newest(dir: Option<&Path>) -> Result<PathBuf> {
    if let Some(dir) = dir {
        return Ok(dir.to_owned());
    }
    let entries = fs::read_dir(RESULTS).into_iter().flatten().flatten();
    let runs = entries.map(|entry| entry.path());
    let is_finished = |dir: &PathBuf| {
        let manifest = Manifest::read(dir).ok().flatten();
        manifest.is_some_and(|m| m.is_complete()) && dir.join(SizeRow::FILE).exists()
    };
    let finished = runs.filter(is_finished);
    let finished_at = |dir: &PathBuf| {
        dir.join(MANIFEST)
            .metadata()
            .and_then(|m| m.modified())
            .ok()
    };
    let newest = finished.max_by_key(finished_at);
    newest.context(
        "results/: no finished run here; make one with `stackmap-lab bench`, or name its folder",
    )
}
