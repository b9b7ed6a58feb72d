//! Flags that say what becomes of a run that a folder holds already.

use std::path::PathBuf;

/// What a run makes of a folder that holds one already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onto {
    /// Nothing: it wants a folder of its own.
    Nothing,
    /// It goes on with it.
    Resume,
    /// It takes its place.
    Replace,
}

/// For subcommands whose runs begin anew.
#[derive(clap::Args)]
pub struct Force {
    /// Take the place of the run that the folder holds; other files stay
    #[arg(long)]
    force: bool,
}

impl Force {
    pub fn onto(&self) -> Onto {
        match self.force {
            true => Onto::Replace,
            false => Onto::Nothing,
        }
    }
}

/// For subcommands that can go on with a run.
#[derive(clap::Args)]
pub struct ResumeOrForce {
    /// Go on with an interrupted run in this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "force"])]
    resume: Option<PathBuf>,

    #[command(flatten)]
    force: Force,
}

impl ResumeOrForce {
    /// The folder that is resumed, or else `out`, and what becomes of a run in
    /// it.
    pub fn place(&self, out: impl FnOnce() -> PathBuf) -> (PathBuf, Onto) {
        match &self.resume {
            Some(dir) => (dir.clone(), Onto::Resume),
            None => (out(), self.force.onto()),
        }
    }
}
