//! Where the files lie that are not compiled into the program.

use crate::error::CorpusError;
use std::path::{Path, PathBuf};

/// A folder like `corpus` in the lab's source tree.
#[derive(Clone, Debug)]
pub struct CorpusFolder(PathBuf);

impl CorpusFolder {
    /// That of the source tree which this program was built from; it may be
    /// gone.
    pub fn of_source_tree() -> CorpusFolder {
        CorpusFolder(env!("CARGO_MANIFEST_DIR").into())
    }

    /// The folder that was named, or else that of the source tree. The error says
    /// that there is none, and how to name it.
    pub fn find(named: Option<&Path>) -> Result<CorpusFolder, CorpusError> {
        // What lies beside `.` can only be told by its full path.
        let full = |named: &Path| named.canonicalize().unwrap_or(named.into());
        let folder = named.map_or_else(Self::of_source_tree, |named| CorpusFolder(full(named)));
        if folder.recordings().is_dir() || folder.manifest().is_file() {
            return Ok(folder);
        }
        Err(CorpusError::unusable(
            &folder.0.display().to_string(),
            "no corpus here",
            "name the folder `corpus` of the lab's source tree by --corpus DIR or STACKMAP_CORPUS",
        ))
    }

    /// The folder of recordings.
    pub fn recordings(&self) -> PathBuf {
        self.0.join("recorded")
    }

    /// The file with the pins of the wild modules.
    pub fn manifest(&self) -> PathBuf {
        self.0.join("wild.toml")
    }

    /// The folder of recorded walks.
    pub fn walks(&self) -> PathBuf {
        self.0.join("recorded-walks")
    }

    /// The file with the pins of the executions.
    pub fn executions(&self) -> PathBuf {
        self.0.join("executions.toml")
    }

    /// The folder that fetched modules are kept in: beside the corpus, where
    /// version control does not look.
    pub fn cache(&self) -> PathBuf {
        self.0.with_file_name("target").join("wild")
    }
}
