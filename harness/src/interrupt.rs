//! Ctrl-C, and a request to terminate: a run says how to go on with it.

use crate::output::note;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;

/// Set in the moment of the signal, before a child that got it too is seen to
/// have failed.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Lets SIGINT and SIGTERM print a line before they end the process.
#[cfg(unix)]
pub fn announce(line: String) -> anyhow::Result<()> {
    use anyhow::Context;
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::{flag, iterator::Signals};

    /// Added to a signal's number in the exit code, as shells do.
    const BY_SIGNAL: i32 = 128;

    let caught = [SIGINT, SIGTERM];
    let flagged = caught.map(|signal| flag::register(signal, Arc::clone(&INTERRUPTED)));
    let flagged: Result<Vec<_>, _> = flagged.into_iter().collect();
    let signals = flagged.and_then(|_| Signals::new(caught));
    let mut signals = signals.context("signals cannot be caught")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            note!("interrupted: {line}");
            std::process::exit(BY_SIGNAL + signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
pub fn announce(_: String) -> anyhow::Result<()> {
    Ok(())
}

/// Leaves the last word to the interruption, if there was one: what fails
/// after it, fails because of it.
pub fn give_way() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}
