//! A file of recorded walks as bytes.

use super::columns;
use crate::error::CorpusError;
use crate::names::{Collector, Isa, ModuleKey};
use crate::recorded::Provenance;
use crate::recorded::envelope::{Envelope, unpack};
use serde::{Deserialize, Serialize};

pub(super) const REMEDY: &str = "restore the file from version control, or make it anew with `stackmap-lab corpus run --record`";

const ENVELOPE: Envelope = Envelope {
    magic: b"WASMWALK",
    version: 1,
    kind: "recorded walks",
    remedy: REMEDY,
};

/// Most bytes of a body and most frames that are read: several times what an
/// execution may keep.
const MAX_UNPACKED: u64 = 1 << 24;

/// Everything about recorded walks but the stacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalksHeader {
    /// The name of the execution.
    pub execution: String,
    /// What was called, and how often.
    pub calls: Vec<String>,
    /// How often all of that was called.
    pub times: u64,
    /// The name of the module.
    pub module: String,
    /// The ISA that it was compiled for.
    pub isa: Isa,
    /// The collector that it was compiled for.
    pub collector: Collector,
    /// Where it came from and how it was compiled.
    pub provenance: Provenance,
    /// SHA-256 of its stack map section, in hexadecimal.
    pub section_sha256: String,
    /// How many collections there were, kept or not.
    pub collections: u64,
    /// How many frames they walked.
    pub frames: u64,
    /// One collection in so many is kept.
    pub every: u64,
    /// Stacks that are kept.
    pub stacks: u64,
    /// Frames that are kept.
    pub frames_kept: u64,
}

/// The header as the file has it.
#[derive(Serialize, Deserialize)]
struct FileHeader {
    #[serde(flatten)]
    header: WalksHeader,
    /// Bytes of the unpacked body.
    body_bytes: u64,
}

/// Recorded walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walks {
    /// Everything but the stacks.
    pub header: WalksHeader,
    /// Return addresses as offsets into the text section, innermost first.
    pub stacks: Vec<Vec<u32>>,
}

impl WalksHeader {
    /// What tells the module from every other.
    pub fn key(&self) -> ModuleKey {
        ModuleKey {
            module: self.module.clone(),
            isa: self.isa,
            collector: self.collector,
        }
    }
}

/// The bytes of recorded walks.
pub fn write(walks: &Walks) -> Result<Vec<u8>, CorpusError> {
    let body = columns::write(&walks.stacks);
    let header = FileHeader {
        header: walks.header.clone(),
        body_bytes: body.len() as u64,
    };
    let sealed = ENVELOPE.seal(&header, &body);
    sealed.map_err(|e| damaged(&walks.header.execution, e))
}

/// Reads recorded walks; `origin` names them in errors. Whatever the bytes, this
/// gives stacks or one line that says what is wrong and what to do.
pub fn read(bytes: &[u8], origin: &str) -> Result<Walks, CorpusError> {
    let (FileHeader { header, body_bytes }, packed) = ENVELOPE.open(bytes, origin)?;
    if body_bytes.max(header.frames_kept) > MAX_UNPACKED {
        return Err(damaged(origin, "it claims more frames than are ever kept"));
    }
    let body = unpack(packed, body_bytes).map_err(|e| damaged(origin, e))?;
    let stacks = columns::read(&body, header.frames_kept)
        .filter(|stacks| stacks.len() as u64 == header.stacks)
        .filter(|stacks| frames(stacks) == header.frames_kept)
        .ok_or_else(|| damaged(origin, "its columns do not fit together"))?;
    Ok(Walks { header, stacks })
}

pub(super) fn damaged(origin: &str, problem: impl std::fmt::Display) -> CorpusError {
    ENVELOPE.damaged(origin, problem)
}

fn frames(stacks: &[Vec<u32>]) -> u64 {
    stacks.iter().map(|stack| stack.len() as u64).sum()
}
