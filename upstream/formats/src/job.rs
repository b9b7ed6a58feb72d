//! Processes of this program: asked by an argument in JSON, answering in JSON.

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use stackmap_corpus::{Limits, child};

/// Starts a process of this program and gives its answer. It may use as much memory
/// and time as the lab's compiles.
pub fn ask<T: DeserializeOwned>(subcommand: &str, question: &impl Serialize) -> Result<T> {
    let json = serde_json::to_string(question)?;
    let at = || format!("process {subcommand} {json}");
    let mut command = child::command().with_context(at)?;
    command
        .args([subcommand, &json])
        // One thread compiles, so that its time is not that of the other cores.
        .env("RAYON_NUM_THREADS", "1");
    let output = child::run(command, &[], &Limits::default()).with_context(at)?;
    serde_json::from_slice(&output.stdout).with_context(at)
}

/// Answers in such a process.
pub fn answer<Q: DeserializeOwned, A: Serialize>(
    question: &str,
    f: impl FnOnce(&Q) -> Result<A>,
) -> Result<()> {
    let question = serde_json::from_str(question).context("this is a process's question")?;
    println!("{}", serde_json::to_string(&f(&question)?)?);
    Ok(())
}
