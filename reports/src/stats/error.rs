//! What can be wrong with a results folder: one line, the file, the remedy.

use crate::results::ResultsError;
use std::path::PathBuf;

/// A results folder that cannot be summarised or compared.
#[derive(Debug, thiserror::Error)]
pub enum StatsError {
    /// A file of the folder could not be read or written.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// A timing that cannot be one.
    #[error("{cell}: {ns} ns for {lookups} lookups is not a timing; time larger batches")]
    NoTime {
        /// Scheme, module, scenario, process and block.
        cell: String,
        /// Nanoseconds given.
        ns: u64,
        /// Lookups given.
        lookups: u64,
    },
    /// The same turn recorded twice.
    #[error("{}: line {line}: {turn} is there twice; remove one of the two rows or measure again", path.display())]
    Duplicate {
        /// The file of the samples.
        path: PathBuf,
        /// Line of the second of the rows.
        line: u64,
        /// Scheme, module, scenario, process, block and position.
        turn: String,
    },
    /// Timings of a run that was not written down.
    #[error("{}: no row for the run `{run}` of the timings; restore the file or measure again", path.display())]
    UnknownRun {
        /// The file of the runs.
        path: PathBuf,
        /// The run's name.
        run: String,
    },
    /// A threshold that is not a percentage.
    #[error("`{0}` is not a threshold; write a percentage such as 3%")]
    Threshold(String),
    /// Two runs that share no row.
    #[error("{} and {} have no cell in common; compare runs of the same schemes and modules", a.display(), b.display())]
    NothingShared {
        /// First run.
        a: PathBuf,
        /// Second run.
        b: PathBuf,
    },
}
