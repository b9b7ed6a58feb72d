//! What an execution may call: a few functions by their names, all deterministic.

mod js_string;
mod libraries;
mod wasi;

pub(super) use js_string::JsString;

use std::collections::BTreeMap;
use wasmtime::{Caller, Error, Result, Val};

/// What the clock advances by at each reading, in milliseconds.
const TICK_MS: u64 = 1;

/// The state of the host of one execution.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// What has been printed.
    pub output: Vec<u8>,
    /// Calls of imported functions. Strings are not counted: in a JavaScript engine
    /// their functions are built in.
    pub calls: u64,
    /// Files by their names.
    pub files: BTreeMap<String, String>,
    /// Those that are open, with how far they have been read.
    open: Vec<(String, usize)>,
    readings: u64,
}

/// An imported function. Its parameters and results are those of the import.
pub(super) type HostFunction = fn(&mut Caller<'_, Host>, &[Val], &mut [Val]) -> Result<()>;

/// The function of that name, and whether its calls are counted.
pub(super) fn function(module: &str, name: &str) -> Option<(HostFunction, bool)> {
    if module == js_string::MODULE {
        return js_string::function(name).map(|f| (f, false));
    }
    let found = match module {
        "wasi_snapshot_preview1" => wasi::function(name),
        _ => libraries::function(module, name),
    };
    found.map(|f| (f, true))
}

impl Host {
    /// Reads the clock, in milliseconds.
    fn now(&mut self) -> u64 {
        self.readings += 1;
        self.readings * TICK_MS
    }
}

/// The `i`th argument as an `i32` that is taken as unsigned.
fn u32_at(arguments: &[Val], i: usize) -> Result<u32> {
    let value = arguments.get(i).and_then(Val::i32);
    value
        .map(i32::cast_unsigned)
        .ok_or_else(|| Error::msg(format!("argument {i} of an imported function is no i32")))
}
