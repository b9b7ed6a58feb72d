//! What an execution may call: a few functions by their names, all deterministic.

mod js_string;
mod libraries;
mod wasi;

pub(super) use js_string::{JsString, MODULE as JS_STRING, is_written_down};

use super::replay::Replay;
use crate::sha256::hex;
use crate::traces::{Trace, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use wasmtime::{Caller, Error, Result, Val};

/// What the clock advances by at each reading, in milliseconds.
const TICK_MS: u64 = 1;

/// The state of the host of one execution.
#[derive(Default)]
pub(super) struct Host {
    /// What has been printed.
    pub output: Vec<u8>,
    /// The calls of imported functions so far, hashed.
    calls: Sha256,
    /// The first half of a character that is printed in halves.
    half: Option<u16>,
    /// The arguments of the command line, of which the first is the program's name.
    arguments: Vec<String>,
    /// Files by their names.
    files: BTreeMap<String, String>,
    /// Those that are open, with how far they have been read.
    open: Vec<(String, usize)>,
    readings: u64,
    /// The trace that it is run by.
    pub replay: Option<Replay>,
    /// The values of imported globals in that trace.
    pub globals: HashMap<(String, String), Value>,
}

/// An imported function. Its parameters and results are those of the import.
pub(super) type HostFunction = fn(&mut Caller<'_, Host>, &[Val], &mut [Val]) -> Result<()>;

/// The function of that name, and whether its calls are hashed. Those of strings are
/// not: a JavaScript engine has them built in and tells nobody.
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
    pub fn new(arguments: Vec<String>, files: BTreeMap<String, String>) -> Host {
        Host {
            arguments,
            files,
            ..Host::default()
        }
    }

    /// The host of a module that is run by a trace.
    pub fn of_trace(trace: Trace) -> Host {
        let (replay, globals) = Replay::new(trace);
        Host {
            replay: Some(replay),
            globals,
            ..Host::default()
        }
    }

    /// Takes note of a call: of its name, and of its numbers as JavaScript would see
    /// them, so that a JavaScript engine can be asked for the same hash.
    pub fn note_call(&mut self, name: &str, arguments: &[Val]) {
        self.calls.update(name);
        for argument in arguments {
            let number = match *argument {
                Val::I32(value) => f64::from(value),
                Val::I64(value) => value as f64,
                Val::F32(bits) => f32::from_bits(bits).into(),
                Val::F64(bits) => f64::from_bits(bits),
                _ => continue,
            };
            let number = if number.is_nan() { f64::NAN } else { number };
            self.calls.update(number.to_bits().to_le_bytes());
        }
    }

    /// SHA-256 of all calls, in hexadecimal.
    pub fn calls_sha256(&self) -> String {
        hex(&self.calls.clone().finalize())
    }

    /// Prints a code unit of UTF-16.
    fn print_unit(&mut self, unit: u16) {
        let units = self.half.take().into_iter().chain([unit]);
        for char in char::decode_utf16(units) {
            let char = match char {
                Ok(char) => char,
                Err(e) if (0xd800..0xdc00).contains(&e.unpaired_surrogate()) => {
                    self.half = Some(e.unpaired_surrogate());
                    continue;
                }
                Err(_) => char::REPLACEMENT_CHARACTER,
            };
            let mut utf8 = [0; 4];
            let bytes = char.encode_utf8(&mut utf8).as_bytes();
            self.output.extend_from_slice(bytes);
        }
    }

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
