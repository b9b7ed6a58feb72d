//! Files that nobody keeps.

use crate::error::CorpusError;
use tempfile::TempDir;

/// A folder that is removed when dropped. The error names the folder that it
/// would be in, and how to choose another.
pub fn temporary_folder() -> Result<TempDir, CorpusError> {
    tempfile::tempdir().map_err(|problem| {
        let folder = std::env::temp_dir().display().to_string();
        // Not the error itself, which names a folder that does not exist.
        let problem = format!("no temporary folder can be made in it: {}", problem.kind());
        let remedy = "set TMPDIR to a folder that exists, can be written to and has space";
        CorpusError::unusable(&folder, problem, remedy)
    })
}
