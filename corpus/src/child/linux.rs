//! How a process binds and limits itself on Linux.

use super::Limits;
use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{alarm, getppid};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// What ends a process that is out of time.
pub(super) const OUT_OF_TIME: i32 = Signal::SIGALRM as i32;
/// What ends a process that the system picks when memory runs out.
pub(super) const KILLED: i32 = Signal::SIGKILL as i32;

/// The signal that ended a process, if one did.
pub(super) fn signal(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// Ends this process with the thread that started it. A parent that is gone by
/// now would send no signal, so look whether it is there afterwards.
pub(super) fn die_with(parent: u32) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw().try_into() == Ok(parent) {
        return Ok(());
    }
    Err(io::Error::other(
        "the process that started this one is gone",
    ))
}

/// Limits this process. Of a limit that it has already, the lower one holds.
pub(super) fn keep(limits: &Limits) -> io::Result<()> {
    // A process that is refused memory aborts, and need not be written to disk.
    for (resource, most) in [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_DATA, limits.memory),
    ] {
        lower(resource, most)?;
    }
    let seconds = limits.time.as_secs_f64().ceil() as u32;
    alarm::set(seconds.max(1));
    Ok(())
}

fn lower(resource: Resource, most: u64) -> Result<(), Errno> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, most.min(hard), most.min(hard))
}
