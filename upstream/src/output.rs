//! Lines for people, who may stop reading before all is said.

use anyhow::{Context, Result};
use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// Prints a line to stdout. A pipe that nobody reads any more takes everything.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::line_to_stdout(format_args!($($text)*)) };
}

/// Prints a line to stderr, if that is possible.
#[macro_export]
macro_rules! note {
    ($($text:tt)*) => { $crate::line_to_stderr(format_args!($($text)*)) };
}

/// What [`say`] calls.
pub fn line_to_stdout(line: Arguments<'_>) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("stdout cannot be written to; send the output somewhere else"),
    }
}

/// What [`note`] calls.
pub fn line_to_stderr(line: Arguments<'_>) {
    // In one piece, since child processes write there too.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}
