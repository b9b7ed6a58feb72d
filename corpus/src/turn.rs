//! Measurements that take turns on one machine, since two at a time would spoil each
//! other.
//!
//! Whoever finds a file named in the environment variable `STACKMAP_LAB_TURNS` measures
//! only while it holds that file's lock. The system releases it when a process ends, in
//! whatever way.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

/// Names the file.
const VARIABLE: &str = "STACKMAP_LAB_TURNS";

/// After a turn. A lock is not fair: who releases it and wants it again at once gets it
/// before those who wait.
const REST: Duration = Duration::from_millis(5);

/// This process's turn, as long as it lives.
#[must_use = "the turn ends where this is dropped"]
pub struct Turn(Option<File>);

impl Turn {
    /// Waits for the end of the others' turns. Nobody waits where no file is named.
    pub fn take() -> io::Result<Turn> {
        match std::env::var_os(VARIABLE).map(PathBuf::from) {
            Some(path) => Turn::by(&path),
            None => Ok(Turn(None)),
        }
    }

    fn by(path: &Path) -> io::Result<Turn> {
        let lock = || {
            let mut options = File::options();
            let file = options.create(true).append(true).open(path)?;
            file.lock()?;
            Ok(file)
        };
        let file = lock().map_err(|error: io::Error| {
            let path = path.display();
            let problem = format!(
                "{path}: nobody can take turns by it ({error}); change or unset {VARIABLE}"
            );
            io::Error::new(error.kind(), problem)
        })?;
        Ok(Turn(Some(file)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(file) = self.0.take() {
            drop(file);
            sleep(REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    #[test]
    fn turns_do_not_overlap() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("turns");
        let first = Turn::by(&path).unwrap();
        let (send, receive) = channel();
        let second = thread::spawn(move || {
            let turn = Turn::by(&path).unwrap();
            send.send(()).unwrap();
            drop(turn);
        });
        let wait = Duration::from_millis(100);
        assert!(receive.recv_timeout(wait).is_err());
        drop(first);
        receive.recv().unwrap();
        second.join().unwrap();
    }

    #[test]
    fn who_waits_comes_before_who_had_a_turn() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("turns");
        let mut turn = Turn::by(&path).unwrap();
        let other = path.clone();
        let waiting = thread::spawn(move || drop(Turn::by(&other).unwrap()));
        sleep(Duration::from_millis(100));
        // A hundred turns, were it never to come first.
        let mut turns = 0;
        while !waiting.is_finished() && turns < 100 {
            drop(turn);
            turn = Turn::by(&path).unwrap();
            turns += 1;
        }
        assert!(waiting.is_finished(), "after {turns} turns");
        drop(turn);
    }

    #[test]
    fn a_file_that_cannot_be_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let error = Turn::by(&dir.path().join("no/turns")).err().unwrap();
        assert!(error.to_string().contains("STACKMAP_LAB_TURNS"), "{error}");
    }
}
