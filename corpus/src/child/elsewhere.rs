//! Systems on which children are neither bound nor limited.

use super::Limits;
use std::io;
use std::process::ExitStatus;

/// As on Linux; no signal here.
pub(super) const OUT_OF_TIME: i32 = -1;
/// As on Linux; no signal here.
pub(super) const KILLED: i32 = -2;

/// Unknown.
pub(super) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// Does nothing.
pub(super) fn die_with(_: u32) -> io::Result<()> {
    Ok(())
}

/// Does nothing.
pub(super) fn keep(_: &Limits) -> io::Result<()> {
    Ok(())
}
