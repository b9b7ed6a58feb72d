//! From a pinned module to a recording, and whether a recording still holds.

use super::container::{read_header, write};
use super::folder::{Recording, file_name, write_sums};
use super::header::{Header, Provenance, SectionSize};
use crate::assemble::assemble;
use crate::child::Limits;
use crate::compile::CompileOptions;
use crate::error::CorpusError;
use crate::isolate::precompile_isolated;
use crate::module::Module;
use crate::names::{Collector, Isa, ModuleKey};
use crate::wild::{FetchOptions, WildModule, fetch};
use object::{Object, ObjectSection};
use std::fs;
use std::path::PathBuf;

/// An ISA and a collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The ISA to compile for.
    pub isa: Isa,
    /// The collector to compile for.
    pub collector: Collector,
}

impl Target {
    /// The key of a module that is compiled for this target.
    pub fn key(self, module: &str) -> ModuleKey {
        ModuleKey {
            module: module.to_owned(),
            isa: self.isa,
            collector: self.collector,
        }
    }
}

/// What every module is recorded for, the most wanted first.
pub const TARGETS: [Target; 6] = {
    const fn target(isa: Isa, collector: Collector) -> Target {
        Target { isa, collector }
    }
    [
        target(Isa::X86_64, Collector::Copying),
        target(Isa::Aarch64, Collector::Copying),
        target(Isa::X86_64, Collector::Drc),
        target(Isa::Riscv64, Collector::Copying),
        target(Isa::S390x, Collector::Copying),
        target(Isa::Pulley64, Collector::Copying),
    ]
};

/// Where modules come from, where recordings go, and what a compile may use.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// How modules are fetched.
    pub fetch: FetchOptions,
    /// The folder of recordings.
    pub folder: PathBuf,
    /// Memory and time of one compile.
    pub limits: Limits,
}

/// A pinned module and what a compile of it gave.
pub(crate) struct CompiledWild {
    pub module: Module,
    pub provenance: Provenance,
    pub cwasm: Vec<u8>,
    pub options: CompileOptions,
}

/// Fetches a module and compiles it in a child process; the program must call
/// [`crate::child_main`].
pub fn compile_wild(
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<(Module, Provenance), CorpusError> {
    let compiled = compile_whole(entry, target, options)?;
    Ok((compiled.module, compiled.provenance))
}

/// As [`compile_wild`], with all that the compile gave.
pub(crate) fn compile_whole(
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<CompiledWild, CorpusError> {
    let Target { isa, collector } = target;
    let origin = target.key(&entry.name).to_string();
    if let Some(reason) = entry.failure(isa, collector) {
        let remedy = "remove the failure from wild.toml to try again";
        return Err(CorpusError::unusable(
            &origin,
            format!("known not to compile: {reason}"),
            remedy,
        ));
    }
    let path = fetch(entry, &options.fetch)?;
    let wasm = fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
    let mut provenance = Provenance::of(entry, collector);
    let compile = CompileOptions {
        target: Some(isa.to_string()),
        collector: Some(collector),
        opt_level: provenance.opt_level,
    };
    let compiled = precompile_isolated(&origin, &wasm, &compile, &options.limits)?;
    provenance.sections = section_sizes(&origin, &compiled.cwasm)?;
    let text = provenance.to_string();
    let (cwasm, calls) = (compiled.cwasm, Some(compiled.calls));
    let module = assemble(&origin, &entry.name, entry.tier(), text, &cwasm, calls)?;
    Ok(CompiledWild {
        module,
        provenance,
        cwasm,
        options: compile,
    })
}

/// Compiles a module, writes its recording and updates the list of recordings.
pub fn record(
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<Header, CorpusError> {
    let (module, provenance) = compile_wild(entry, target, options)?;
    let bytes = write(&module, &provenance)?;
    let path = path(entry, target, options);
    fs::create_dir_all(&options.folder).map_err(|e| CorpusError::read(&options.folder, e))?;
    fs::write(&path, &bytes).map_err(|e| CorpusError::read(&path, e))?;
    write_sums(&options.folder)?;
    read_header(&bytes, &path.display().to_string())
}

/// Compiles a module again and compares it with its recording bit for bit.
/// Gives one line per difference.
pub fn check(
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<Vec<String>, CorpusError> {
    let path = path(entry, target, options);
    let origin = path.display().to_string();
    let recording = Recording::open(&path)?;
    let (header, recorded) = (&recording.header, recording.module()?);
    let (module, provenance) = compile_wild(entry, target, options)?;
    let fresh = Header {
        // The length of the columns is no property of the module.
        body_bytes: header.body_bytes,
        ..Header::of(&module, &provenance, 0)
    };
    let mut differences = header_differences(header, &fresh, &origin);
    let mut compare = |what: &str, same: bool| {
        if !same {
            differences.push(format!("{origin}: {what} differ"));
        }
    };
    compare(
        "the bytes of the stack map section",
        recorded.section == module.section,
    );
    compare("the safepoints", recorded.table == module.table);
    compare(
        "the function ranges",
        recorded.functions == module.functions,
    );
    Ok(differences)
}

fn path(entry: &WildModule, target: Target, options: &RecordOptions) -> PathBuf {
    options.folder.join(file_name(&target.key(&entry.name)))
}

fn header_differences(recorded: &Header, fresh: &Header, origin: &str) -> Vec<String> {
    let fields = |header: &Header| match serde_json::to_value(header) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (recorded, fresh) = (fields(recorded), fields(fresh));
    let differing = recorded
        .iter()
        .filter(|(name, value)| fresh.get(*name) != Some(value));
    differing
        .map(|(name, value)| {
            let now = fresh.get(name).unwrap_or(&serde_json::Value::Null);
            format!("{origin}: {name} was {value} and is {now}")
        })
        .collect()
}

fn section_sizes(origin: &str, cwasm: &[u8]) -> Result<Vec<SectionSize>, CorpusError> {
    let file = object::read::elf::ElfFile64::<object::Endianness>::parse(cwasm)
        .map_err(|e| CorpusError::unusable(origin, e, "compile the module anew"))?;
    let size = |section: object::read::elf::ElfSection64<'_, '_, object::Endianness>| SectionSize {
        name: section.name().unwrap_or_default().to_owned(),
        bytes: section.file_range().map_or(0, |(_, bytes)| bytes),
    };
    Ok(file.sections().map(size).collect())
}
