//! The readable part of a recording.

use crate::error::CorpusError;
use crate::module::{CrossCheck, Module};
use crate::names::{Collector, Isa, ModuleKey, OptLevel, Tier};
use crate::sha256::sha256_hex;
use crate::wild::WildModule;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything about a recording but its tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// As [`Module::name`].
    pub name: String,
    /// As [`Module::isa`].
    pub isa: Isa,
    /// As [`Module::collector`].
    pub collector: Collector,
    /// As [`Module::tier`].
    pub tier: Tier,
    /// Where the module came from and how it was compiled.
    pub provenance: Provenance,
    /// Bytes of machine code.
    pub text_bytes: u64,
    /// Bytes of the whole `.cwasm`.
    pub cwasm_bytes: Option<u64>,
    /// Wasmtime's stack map section, if there was a `.cwasm` to have one.
    pub section: Option<SectionDigest>,
    /// Functions in `.text`.
    pub functions: u64,
    /// Safepoints with and without live references.
    pub safepoints: u64,
    /// Safepoints with live references.
    pub maps: u64,
    /// Whether every safepoint is listed.
    pub complete: bool,
    /// How that was checked.
    pub cross_check: CrossCheck,
    /// Bytes of the unpacked body.
    pub body_bytes: u64,
}

/// Length and hash of Wasmtime's section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionDigest {
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Where a module came from and how it was compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The language that the module was written in.
    pub language: String,
    /// What compiled it to WebAssembly.
    pub toolchain: String,
    /// SPDX expression of the program's licence.
    pub licence: String,
    /// Package and version, or repository and commit.
    pub source: String,
    /// The module's path in it.
    pub path: String,
    /// SHA-256 of the module as shipped, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the module as compiled, in hexadecimal.
    pub prepared_sha256: String,
    /// The command that prepared it, if any.
    pub preparation: Option<String>,
    /// Wasmtime's version.
    pub wasmtime: String,
    /// Cranelift's `opt_level`, if it was not the default.
    pub opt_level: Option<OptLevel>,
    /// Why it was not.
    pub reason: Option<String>,
    /// The sections of the `.cwasm`, in its order.
    pub sections: Vec<SectionSize>,
}

/// One section of a `.cwasm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionSize {
    /// Its name.
    pub name: String,
    /// Its length in the file.
    pub bytes: u64,
}

impl Header {
    pub(super) fn of(module: &Module, provenance: &Provenance, body_bytes: usize) -> Header {
        Header {
            name: module.name.clone(),
            isa: module.isa,
            collector: module.collector,
            tier: module.tier,
            provenance: provenance.clone(),
            text_bytes: module.text_bytes,
            cwasm_bytes: module.cwasm_bytes,
            section: module.section.as_ref().map(|s| SectionDigest {
                bytes: s.len() as u64,
                sha256: sha256_hex(s),
            }),
            functions: module.functions.len() as u64,
            safepoints: module.table.len() as u64,
            maps: module.table.maps() as u64,
            complete: module.table.is_complete(),
            cross_check: module.cross_check,
            body_bytes: body_bytes as u64,
        }
    }

    /// As [`Module::key`].
    pub fn key(&self) -> ModuleKey {
        ModuleKey {
            module: self.name.clone(),
            isa: self.isa,
            collector: self.collector,
        }
    }
}

impl Provenance {
    /// What the manifest says of a module, for one collector.
    pub fn of(entry: &WildModule, collector: Collector) -> Provenance {
        let setting = entry.setting(collector);
        Provenance {
            language: entry.language.clone(),
            toolchain: entry.toolchain.clone(),
            licence: entry.licence.clone(),
            source: entry.origin(),
            path: entry.pin.path.clone(),
            sha256: entry.pin.sha256.clone(),
            prepared_sha256: entry.prepared_sha256().to_owned(),
            preparation: entry.preparation.as_ref().map(|p| p.step.to_string()),
            wasmtime: wasmtime_environ::VERSION.to_owned(),
            opt_level: setting.map(|s| s.opt_level),
            reason: setting.map(|s| s.reason.clone()),
            sections: Vec::new(),
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Provenance {
            language,
            toolchain,
            licence,
            source,
            ..
        } = self;
        write!(f, "{language}; {toolchain}; {licence}; {source}")?;
        match &self.opt_level {
            Some(level) => write!(f, "; opt_level {level}"),
            None => Ok(()),
        }
    }
}

pub(super) const REMEDY: &str =
    "restore the file from version control, or make it anew with `stackmap-lab corpus record`";

/// A recording that cannot be used.
pub(super) fn damaged(origin: &str, problem: impl fmt::Display) -> CorpusError {
    CorpusError::unusable(origin, problem, REMEDY)
}
