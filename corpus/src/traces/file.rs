//! A trace as bytes.

use super::events::{self, Callee, Event, Value};
use crate::error::CorpusError;
use crate::recorded::envelope::{Envelope, unpack};
use serde::{Deserialize, Serialize};

pub(super) const REMEDY: &str =
    "restore the file from version control, or make it anew with `stackmap-lab corpus record-run`";

const ENVELOPE: Envelope = Envelope {
    magic: b"WASMTRCE",
    version: 1,
    kind: "a trace",
    remedy: REMEDY,
};

/// Most bytes of a body that are read: several times that of the longest trace.
const MAX_UNPACKED: u64 = 1 << 26;

/// Everything about a trace but what passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceHeader {
    /// The execution that it is of.
    pub execution: String,
    /// The module's name.
    pub module: String,
    /// SHA-256 of the module that ran, in hexadecimal.
    pub module_sha256: String,
    /// The licence of the program.
    pub licence: String,
    /// The engine that it ran under.
    pub engine: String,
    /// The imported functions by module and name, but for the built-in ones.
    pub imports: Vec<(String, String)>,
    /// The imported globals by module and name.
    pub globals: Vec<(String, String)>,
    /// The exported functions.
    pub exports: Vec<String>,
}

/// The header as the file has it.
#[derive(Serialize, Deserialize)]
struct FileHeader {
    #[serde(flatten)]
    header: TraceHeader,
    /// Bytes of the unpacked body.
    body_bytes: u64,
}

/// A trace.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub header: TraceHeader,
    /// The values of the imported globals.
    pub globals: Vec<Value>,
    pub events: Vec<Event>,
}

/// The bytes of a trace.
pub(super) fn write(header: &TraceHeader, body: &[u8]) -> Result<Vec<u8>, CorpusError> {
    let damaged = |e| ENVELOPE.damaged(&header.execution, e);
    let header = FileHeader {
        header: header.clone(),
        body_bytes: body.len() as u64,
    };
    ENVELOPE.seal(&header, body).map_err(damaged)
}

/// Reads a trace; `origin` names it in errors. Whatever the bytes, this gives a
/// trace or one line that says what is wrong and what to do.
pub(super) fn read(bytes: &[u8], origin: &str) -> Result<Trace, CorpusError> {
    let (FileHeader { header, body_bytes }, packed) = ENVELOPE.open(bytes, origin)?;
    if body_bytes > MAX_UNPACKED {
        return Err(ENVELOPE.damaged(origin, "it claims more bytes than any trace has"));
    }
    let body = unpack(packed, body_bytes).map_err(|e| ENVELOPE.damaged(origin, e))?;
    let read = events::read(&body, header.globals.len());
    let (globals, events) =
        read.ok_or_else(|| ENVELOPE.damaged(origin, "its events do not fit together"))?;
    let known = |event: &Event| match event {
        Event::Call(import, _) => *import < header.imports.len(),
        Event::Enter(Callee::Export(export), _) => *export < header.exports.len(),
        _ => true,
    };
    if !events.iter().all(known) {
        let problem = "an event is of a function that it does not name";
        return Err(ENVELOPE.damaged(origin, problem));
    }
    Ok(Trace {
        header,
        globals,
        events,
    })
}
