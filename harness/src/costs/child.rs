//! `__step`: answers lookups while its parent looks at every instruction.

use crate::{Outcome, scheme};
use anyhow::{Context, Result};
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    scheme: String,
    /// Folder with `section` and `pcs`
    #[arg(long)]
    dir: PathBuf,
}

/// Bytes of a cache line.
pub const LINE: usize = 64;

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::all();
    let scheme = schemes.iter().find(|s| s.name() == args.scheme);
    let scheme = scheme.context("no such scheme")?;
    let section = std::fs::read(args.dir.join("section"))?;
    let pcs = std::fs::read(args.dir.join("pcs"))?;
    let pcs = pcs.as_chunks().0.iter().map(|pc| u32::from_le_bytes(*pc));
    let pcs: Vec<u32> = pcs.collect();

    let mut room = vec![0; section.len() + LINE];
    let start = room.as_ptr().align_offset(LINE);
    let placed = &mut room[start..][..section.len()];
    placed.copy_from_slice(&section);
    let mut scratch = vec![0u64; scheme.time.scratch_words(placed)? + LINE / 8];
    let start = scratch.as_ptr().align_offset(LINE);
    let scratch = &mut scratch[start..];

    let visit = scheme.time.one;
    // Once unseen, so that nothing is set up lazily while counted.
    visit(placed, pcs.first().copied().unwrap_or(0), scratch)?;
    println!(
        "{} {} {} {} {}",
        visit as usize,
        placed.as_ptr() as usize,
        placed.len(),
        scratch.as_ptr() as usize,
        8 * scratch.len()
    );
    io::stdout().flush()?;
    stop();
    let mut checksum = 0u64;
    for pc in pcs {
        checksum = checksum.wrapping_add(visit(placed, pc, scratch)?);
    }
    println!("{checksum}");
    Ok(Outcome::Complete)
}

/// Waits until the parent takes over.
#[cfg(target_os = "linux")]
fn stop() {
    let traced = nix::sys::ptrace::traceme();
    let stopped = traced.and_then(|()| nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP));
    if let Err(error) = stopped {
        eprintln!("error: cannot be stepped through: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn stop() {}
