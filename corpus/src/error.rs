//! What can go wrong on the way to a module. Each error is one line that names
//! the file and the remedy.

use std::path::{Path, PathBuf};

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file could not be read.
    #[error("{}: {problem}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said. Not the error's source: who prints the whole
        /// chain would say it twice.
        problem: std::io::Error,
    },
    /// The file is not what it claims to be, or uses what Wasmtime lacks.
    #[error("{origin}: {problem}; {remedy}")]
    Unusable {
        /// The file or module.
        origin: String,
        /// What is wrong, on one line.
        problem: String,
        /// What its owner can do.
        remedy: String,
    },
}

impl CorpusError {
    /// A file that could not be read.
    pub fn read(path: &Path, problem: std::io::Error) -> Self {
        CorpusError::Read {
            path: path.to_owned(),
            problem,
        }
    }

    /// Joins the lines of any error into one.
    pub fn unusable(origin: &str, problem: impl std::fmt::Display, remedy: &str) -> Self {
        let problem = problem.to_string();
        let lines = problem.lines().map(str::trim).filter(|l| !l.is_empty());
        CorpusError::Unusable {
            origin: origin.to_owned(),
            problem: lines.collect::<Vec<_>>().join(" "),
            remedy: remedy.to_owned(),
        }
    }
}
