//! What can be wrong with a results folder: one line with the file, the place
//! and the remedy.

use std::path::{Path, PathBuf};

/// A results folder that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// A file could not be read or written.
    #[error("{}: {problem}; check the path and who may read and write it", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said. Not the error's source: who prints the whole
        /// chain would say it twice.
        problem: std::io::Error,
    },
    /// A column of the contract is absent.
    #[error("{}: column `{column}` is missing; run the bench again or add it to the header", path.display())]
    MissingColumn {
        /// The CSV file.
        path: PathBuf,
        /// The column's header.
        column: &'static str,
    },
    /// A field does not hold what its column promises.
    #[error("{}: line {line}, column `{column}`: {problem}; restore the file or measure again", path.display())]
    Field {
        /// The CSV file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// The column's header.
        column: String,
        /// What is wrong with the value.
        problem: String,
    },
    /// Two rows are about the same.
    #[error("{}: line {line} has the same {key} as line {first}; remove one of them or measure again", path.display())]
    Repeated {
        /// The CSV file.
        path: PathBuf,
        /// Line of the second row.
        line: u64,
        /// Line of the first.
        first: u64,
        /// The columns that tell rows apart.
        key: String,
    },
    /// The file as a whole is unusable.
    #[error("{}: {problem}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong, on one line.
        problem: String,
    },
}

impl ResultsError {
    pub(crate) fn io(path: &Path, problem: std::io::Error) -> Self {
        ResultsError::Io {
            path: path.to_owned(),
            problem,
        }
    }

    pub(crate) fn unusable(path: &Path, problem: impl Into<String>) -> Self {
        ResultsError::Unusable {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }
}
