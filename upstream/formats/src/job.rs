//! Processes of this program: asked by an argument in JSON, answering in JSON.

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stackmap_corpus::{Limits, Turn, child};
use stackmap_rehearsal::say;

/// How many threads a process may compile with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One, so that the time that it takes is not that of the other processors.
    One,
    /// As many as there are processors.
    All,
}

/// Starts a process of this program and gives its answer. It may use as much memory
/// and time as the lab's compiles.
pub fn ask<T: DeserializeOwned>(
    subcommand: &str,
    question: &impl Serialize,
    threads: Threads,
) -> Result<T> {
    let json = serde_json::to_string(question)?;
    let at = || format!("process {subcommand} {json}");
    let mut command = child::command().with_context(at)?;
    command.args([subcommand, &json]);
    if threads == Threads::One {
        command.env("RAYON_NUM_THREADS", "1");
    }
    let _turn = Turn::take().with_context(at)?;
    let output = child::run(command, &[], &Limits::default()).with_context(at)?;
    serde_json::from_slice(&output.stdout).with_context(at)
}

/// Answers in such a process.
pub fn answer<Q: DeserializeOwned, A: Serialize>(
    question: &str,
    f: impl FnOnce(&Q) -> Result<A>,
) -> Result<()> {
    let question = serde_json::from_str(question).context("this is a process's question")?;
    say!("{}", serde_json::to_string(&f(&question)?)?)
}
