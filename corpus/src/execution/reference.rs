//! Asks a JavaScript engine what an execution should do.

use super::manifest::Called;
use crate::error::CorpusError;
use crate::wild::{FetchOptions, WildModule, client, fetch};
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = include_str!("reference.mjs");
const SCRIPT_NAME: &str = "reference.mjs";
/// Kilobytes of stack for deep recursion.
const STACK: &str = "--stack-size=16000";

/// Runs an execution under Node.js, with the same host functions, and refuses it
/// where output, results or calls of imported functions are not those pinned.
pub fn reference(
    name: &str,
    called: &Called,
    entry: &WildModule,
    options: &FetchOptions,
    node: &Path,
) -> Result<(), CorpusError> {
    let origin = format!("execution {name} under {}", node.display());
    let remedy = "give a Node.js that knows WebAssembly GC, 22 or newer";
    let refuse = |problem: String| CorpusError::unusable(&origin, problem, remedy);
    let wasm = fetch(entry, options)?;
    let cache = &options.cache;
    let folder = tempfile::tempdir_in(cache).map_err(|e| CorpusError::read(cache, e))?;
    let script = folder.path().join(SCRIPT_NAME);
    std::fs::write(&script, SCRIPT).map_err(|e| CorpusError::read(&script, e))?;
    let json = serde_json::to_string(called).map_err(|e| refuse(e.to_string()))?;
    let mut command = Command::new(node);
    command.arg(STACK).arg(script).arg(wasm).arg(json);
    let printed = client::run_or(&mut command, &origin, remedy)?;
    let [output, calls]: [String; 2] =
        serde_json::from_slice(&printed).map_err(|e| refuse(e.to_string()))?;
    if (&output, &calls) != (&called.output_sha256, &called.calls_sha256) {
        return Err(refuse(format!(
            "the output has SHA-256 {output} and the calls have {calls}, other than pinned"
        )));
    }
    Ok(())
}
