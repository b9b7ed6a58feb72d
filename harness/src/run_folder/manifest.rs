//! `run.json`: which run a results folder belongs to, and how far that is.

use super::contents::{self, MANIFEST};
use crate::call::{Call, RunOptions};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use stackmap_reports::results::write_file;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What a results folder says of the run in it.
#[derive(Serialize, Deserialize)]
pub struct Manifest {
    pub subcommand: String,
    pub options: RunOptions,
    /// The command line that goes on with the run, or does it again.
    pub again: String,
    pub state: RunState,
    /// SHA-256 of each file of a complete run.
    pub files: BTreeMap<String, String>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    Running,
    Complete,
}

impl Manifest {
    /// That of a run which is about to begin in `dir`.
    pub fn of(call: &Call, dir: &Path) -> Manifest {
        Manifest {
            subcommand: call.subcommand().to_owned(),
            options: call.options(),
            again: call.again(dir),
            state: RunState::Running,
            files: BTreeMap::new(),
        }
    }

    /// That of the run in `dir`, if there is one.
    pub fn read(dir: &Path) -> Result<Option<Manifest>> {
        let path = dir.join(MANIFEST);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("{}: cannot be read", path.display()))?,
        };
        let manifest = serde_json::from_slice(&text);
        let problem = || {
            format!(
                "{}: damaged; start a new run with another --out",
                path.display()
            )
        };
        manifest.map(Some).with_context(problem)
    }

    pub fn write(&self, dir: &Path) -> Result<()> {
        Ok(write_file(
            &dir.join(MANIFEST),
            &serde_json::to_vec_pretty(self)?,
        )?)
    }

    pub fn is_complete(&self) -> bool {
        self.state == RunState::Complete
    }

    /// What this run was begun with and another was not; nothing if the two
    /// measure the same.
    pub fn difference(&self, other: &Manifest) -> Option<String> {
        if self.subcommand != other.subcommand {
            return Some(format!("by `{}`", self.subcommand));
        }
        let names = self.options.keys().chain(other.options.keys());
        let mut different =
            names.filter(|name| self.options.get(*name) != other.options.get(*name));
        let name = different.next()?;
        Some(match self.options.get(name) {
            Some(values) => format!("with {name} {}", values.join(" ")),
            None => format!("without {name}"),
        })
    }

    /// Fails unless the run is complete and its files are as it left them.
    pub fn check_whole(&self, dir: &Path) -> Result<()> {
        let name = dir.display();
        if !self.is_complete() {
            bail!(
                "{name}: the run in it was not finished; finish it: {}",
                self.again
            );
        }
        for (file, sum) in &self.files {
            let path = dir.join(file);
            if contents::sum(&path)? != *sum {
                bail!(
                    "{}: changed since the run; do it again: {}",
                    path.display(),
                    self.again
                );
            }
        }
        Ok(())
    }
}
