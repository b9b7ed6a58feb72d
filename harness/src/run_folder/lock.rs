//! Sees to it that one process at a time works in a results folder.

use crate::output::note;
use anyhow::{Context, Result, bail};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The file that is locked. It stays in the folder: whoever finds it unlocked
/// finds nobody at work.
pub const LOCK: &str = ".lock";

/// A run that was killed may have been starting a child, which has the lock too until it
/// has begun or died. So a lock is tried for this long, as often as this.
const PATIENCE: Duration = Duration::from_millis(300);
const BETWEEN: Duration = Duration::from_millis(10);

/// A folder that nobody else works in while this lives.
pub struct FolderLock {
    dir: PathBuf,
    /// What was made for the lock's sake, and goes again if nothing comes of
    /// it.
    made_dir: bool,
    made_file: bool,
    is_used: bool,
    _file: File,
}

impl FolderLock {
    /// Makes the folder unless it is there, checks that it can be written to,
    /// and takes it.
    pub fn take(dir: &Path) -> Result<FolderLock> {
        let remedy = || {
            let dir = dir.display();
            format!("{dir}: cannot write results here; choose another --out")
        };
        let made_dir = !dir.exists();
        fs::create_dir_all(dir).with_context(remedy)?;
        let path = dir.join(LOCK);
        let made_file = !path.exists();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path);
        let file = file.with_context(remedy)?;
        match try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "{}: another run is at work in it; wait for its end, or choose another --out",
                dir.display()
            ),
            // Some network file systems know no locks.
            Err(TryLockError::Error(error)) => note!(
                "note: {}: cannot be locked ({error}); let no other run write here",
                dir.display()
            ),
        }
        Ok(FolderLock {
            dir: dir.to_owned(),
            made_dir,
            made_file,
            is_used: false,
            _file: file,
        })
    }

    /// From now on the folder holds something.
    pub fn keep(&mut self) {
        self.is_used = true;
    }
}

fn try_lock(file: &File) -> std::result::Result<(), TryLockError> {
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => sleep(BETWEEN),
            result => return result,
        }
    }
}

impl Drop for FolderLock {
    /// Leaves no trace of a run that did not begin.
    fn drop(&mut self) {
        if self.made_file && !self.is_used {
            let _ = fs::remove_file(self.dir.join(LOCK));
        }
        if self.made_dir && !self.is_used {
            // Fails if there is something in it, as it should.
            let _ = fs::remove_dir(&self.dir);
        }
    }
}
