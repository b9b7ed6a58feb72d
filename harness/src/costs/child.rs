//! Answers lookups while its parent looks at every instruction.

use super::addresses::Addresses;
use crate::machine::caches::LINE;
use crate::output::{note, say};
use crate::timing;
use anyhow::Result;
use std::io::Read;

/// The subcommand that a child process runs.
pub const CHILD_COMMAND: &str = "__step";

/// Looks up PCs in the section that comes through stdin. Prints where everything
/// is, stops, and prints what the answers add up to.
pub fn run_child(scheme: &str, pcs: &[u32]) -> Result<()> {
    let scheme = timing::named(scheme)?;
    let mut section = Vec::new();
    std::io::stdin().read_to_end(&mut section)?;

    let mut room = vec![0; section.len() + LINE];
    let start = room.as_ptr().align_offset(LINE);
    let placed = &mut room[start..][..section.len()];
    placed.copy_from_slice(&section);
    let mut scratch = vec![0u64; scheme.scratch_words(placed)? + LINE / size_of::<u64>()];
    let start = scratch.as_ptr().align_offset(LINE);
    let scratch = &mut scratch[start..];

    let visit = scheme.visit;
    // Once unseen, so that nothing is set up lazily while counted.
    visit(placed, pcs.first().copied().unwrap_or(0), scratch)?;
    say!("{}", Addresses::of(visit, placed, scratch))?;
    stop();
    let mut checksum = 0u64;
    for &pc in pcs {
        checksum = checksum.wrapping_add(visit(placed, pc, scratch)?);
    }
    say!("{checksum}")?;
    Ok(())
}

/// Waits until the parent takes over.
#[cfg(target_os = "linux")]
fn stop() {
    let traced = nix::sys::ptrace::traceme();
    let stopped = traced.and_then(|()| nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP));
    if let Err(error) = stopped {
        note!("error: cannot be stepped through: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn stop() {}
