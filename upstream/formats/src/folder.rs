//! The folder of results. One process at a time writes to it, and what an earlier one
//! measured stays in it.

use anyhow::{Context, Result, bail};
use stackmap_rehearsal::note;
use stackmap_reports::results::{Row, WasmtimeRow, WasmtimeSampleRow, WasmtimeStressRow};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The tables that are written.
const TABLES: [&str; 3] = [
    WasmtimeRow::FILE,
    WasmtimeSampleRow::FILE,
    WasmtimeStressRow::FILE,
];

/// The folder, until this is dropped.
#[must_use = "another process may take the folder where this is dropped"]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder unless it is there, and takes it.
    pub fn take(path: &Path) -> Result<Folder> {
        let name = path.display();
        let remedy = || format!("{name}: cannot write results here; choose another --out");
        fs::create_dir_all(path).with_context(remedy)?;
        let lock = File::open(path).with_context(remedy)?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => bail!(
                "{name}: another process measures into it; wait for its end, or choose another --out"
            ),
            // Some network file systems know no locks.
            Err(TryLockError::Error(error)) => {
                note!("note: {name}: cannot be locked ({error}); let no other process write here");
            }
            Ok(()) => {}
        }
        // So that what cannot be written is known before anything is measured.
        tempfile::tempfile_in(path).with_context(remedy)?;
        Ok(Folder {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Moves the tables of an earlier process into a folder of their own, and says so.
    pub fn clear(&self) -> Result<()> {
        let is_there = |table: &&&str| self.path.join(table).exists();
        let earlier: Vec<_> = TABLES.iter().filter(is_there).collect();
        if earlier.is_empty() {
            return Ok(());
        }
        let mut numbered = (1..).map(|n| self.path.join(format!("earlier-{n}")));
        let to = numbered.find(|to| !to.exists()).expect("no last number");
        let at = || to.display().to_string();
        fs::create_dir(&to).with_context(at)?;
        for table in earlier {
            fs::rename(self.path.join(table), to.join(table)).with_context(at)?;
        }
        note!("note: what was measured before is in {} now", to.display());
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}
