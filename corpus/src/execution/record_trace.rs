//! Makes the trace of an execution under a JavaScript engine.

use super::manifest::{Execution, Kind};
use crate::error::CorpusError;
use crate::traces::{self, TraceHeader};
use crate::wild::{FetchOptions, Pin, WildModule, client, fetch, fetch_beside};
use serde::Deserialize;
use std::fs;
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = include_str!("record_trace.mjs");
const SCRIPT_NAME: &str = "record_trace.mjs";
const DRIVER_NAME: &str = "driver.mjs";
const BODY_NAME: &str = "body";
/// Kilobytes of stack for deep recursion.
const STACK: &str = "--stack-size=16000";

/// What the script prints.
#[derive(Deserialize)]
struct Printed {
    engine: String,
    imports: Vec<(String, String)>,
    globals: Vec<(String, String)>,
    exports: Vec<String>,
}

/// Runs a module's JavaScript under Node.js and writes what passes between the two
/// into the folder of traces.
pub fn record_trace(
    execution: &Execution,
    entry: &WildModule,
    options: &FetchOptions,
    node: &Path,
) -> Result<TraceHeader, CorpusError> {
    let origin = format!("execution {} under {}", execution.name, node.display());
    let remedy = "give a Node.js that knows WebAssembly GC with exceptions, 24 or newer";
    let refuse = |problem: String| CorpusError::unusable(&origin, problem, remedy);
    let Kind::Replayed(replayed) = &execution.kind else {
        let remedy = "run it: `stackmap-lab corpus run`";
        return Err(CorpusError::unusable(
            &execution.name,
            "it needs no trace",
            remedy,
        ));
    };
    let wasm = fetch(entry, options)?;
    let cache = &options.cache;
    let folder = tempfile::tempdir_in(cache).map_err(|e| CorpusError::read(cache, e))?;
    // Some scripts open the file that they were shipped with.
    copy(&wasm, folder.path(), &entry.pin.path)?;
    for (path, sha256) in &replayed.scripts {
        let pin = Pin {
            path: path.clone(),
            sha256: sha256.clone(),
            ..entry.pin.clone()
        };
        copy(&fetch_beside(entry, &pin, options)?, folder.path(), path)?;
    }
    copy(&replayed.driver, folder.path(), DRIVER_NAME)?;
    let script = folder.path().join(SCRIPT_NAME);
    fs::write(&script, SCRIPT).map_err(|e| CorpusError::read(&script, e))?;
    let (driver, body) = (
        folder.path().join(DRIVER_NAME),
        folder.path().join(BODY_NAME),
    );
    let mut command = Command::new(node);
    command.args([STACK, "--no-warnings"]).arg(script);
    command
        .arg(&wasm)
        .arg(driver)
        .arg(&replayed.input)
        .arg(&body);
    let printed = client::run_or(&mut command, &origin, remedy)?;
    let printed: Printed = serde_json::from_slice(&printed).map_err(|e| refuse(e.to_string()))?;
    let header = TraceHeader {
        execution: execution.name.clone(),
        module: entry.name.clone(),
        module_sha256: entry.prepared_sha256().to_owned(),
        licence: entry.licence.clone(),
        engine: printed.engine,
        imports: printed.imports,
        globals: printed.globals,
        exports: printed.exports,
    };
    let body = fs::read(&body).map_err(|e| CorpusError::read(&body, e))?;
    traces::store(&replayed.traces, &header, &body)?;
    Ok(header)
}

/// Copies a file into a folder, under the last part of a path.
fn copy(from: &Path, folder: &Path, path: &str) -> Result<(), CorpusError> {
    let name = Path::new(path).file_name().unwrap_or_default();
    let copied = fs::copy(from, folder.join(name));
    copied.map(drop).map_err(|e| CorpusError::read(from, e))
}
