//! Gathers the modules of a run. One that cannot be read or compiled is
//! reported, and the rest go on.

use crate::args::{Compile, ModuleArg, Selection};
use crate::outcome::Outcome;
use crate::output::progress;
use anyhow::{Result, ensure};
use stackmap_corpus::{
    Collector, CompileOptions, CorpusError, Isa, Module, ModuleKey, Tier, UnknownName, clif,
    programs, recorded, smith, synthetic,
};
use stackmap_reports::results::ModuleRow;
use std::path::Path;

/// Synthetic functions of a `--quick` run.
const QUICK_FUNCTIONS: usize = 240;
/// Largest recorded module of a `--quick` run.
const QUICK_SAFEPOINTS: u64 = 200_000;

/// The modules of a run, and how many could not be read or compiled.
#[derive(Default)]
pub struct Loaded {
    pub modules: Vec<Module>,
    pub failures: usize,
}

impl Loaded {
    /// Keeps a module, or reports on stderr why there is none.
    pub fn add(&mut self, module: Result<Module, CorpusError>) {
        match module {
            Ok(module) => self.modules.push(module),
            Err(error) => {
                eprintln!("error: {error}");
                self.failures += 1;
            }
        }
    }

    /// Complete only if no module failed.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.failures)
    }
}

/// Whether the costlier measurements are made on a module: those that the
/// headline rests on, and those named on the command line.
pub fn in_detail(module: &Module) -> bool {
    match module.tier {
        Tier::Yours => true,
        Tier::Wild => module.key().is_headline(),
        Tier::Program | Tier::Synthetic | Tier::Smith => false,
    }
}

/// What there is to know of a module besides its measurements.
pub fn row(m: &Module) -> ModuleRow {
    ModuleRow {
        module: m.name.clone(),
        isa: m.isa,
        collector: m.collector,
        tier: m.tier,
        text_bytes: m.text_bytes,
        cwasm_bytes: m.cwasm_bytes,
        section_bytes: m.section.as_ref().map(|s| s.len() as u64),
        functions: m.functions.len() as u64,
        maps: m.table.maps() as u64,
        empties: m.table.empties() as u64,
        recorded: m.cross_check.recorded as u64,
        confirmed: m.cross_check.confirmed as u64,
        call_sites: m.cross_check.call_sites.map(|n| n as u64),
        disassembled: m.cross_check.disassembled.map(|n| n as u64),
        agreed: m.cross_check.agreed.map(|n| n as u64),
        unmatched_functions: m.cross_check.unmatched_functions as u64,
        provenance: m.provenance.clone(),
    }
}

/// Everything that the flags select, in a fixed order.
pub fn load(selection: &Selection) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let of_corpus = read_recordings(selection)?
        .into_iter()
        .chain(compile_here(selection)?)
        .chain(synthetic_families(selection)?);
    for module in of_corpus {
        loaded.add(module);
    }
    loaded.modules.retain(|m| selection.wants(&m.key()));
    for arg in &selection.modules {
        if let ModuleArg::File(file) = arg {
            loaded.add(read_file(file, &selection.compile));
        }
    }
    ensure!(
        !loaded.modules.is_empty(),
        "no module left to measure; `stackmap-lab list modules` shows what there is"
    );
    Ok(loaded)
}

/// Recorded tables of real modules.
fn read_recordings(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
    let files = recorded::recordings(&recorded::folder())?;
    let modules = progress::each("read recorded modules", &files, |path| {
        Ok(read_recording(path, selection).transpose())
    })?;
    Ok(modules.into_iter().flatten().collect())
}

/// A recording, unless the flags leave it out.
fn read_recording(path: &Path, selection: &Selection) -> Result<Option<Module>, CorpusError> {
    let origin = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| CorpusError::read(path, e))?;
    let header = recorded::read_header(&bytes, &origin)?;
    let key = header.key();
    let quick = key.is_headline() && header.safepoints <= QUICK_SAFEPOINTS;
    if selection.wants(&key) && (quick || !selection.quick) {
        return recorded::read(&bytes, &origin).map(Some);
    }
    Ok(None)
}

/// What Wasmtime compiles now: our own programs, modules of odd shapes, and
/// those of the specification's tests.
fn compile_here(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
    let isa = match &selection.compile.target {
        Some(target) => isa(target)?,
        None => isa(std::env::consts::ARCH)?,
    };
    let collector = match &selection.compile.collector {
        Some(name) => name.parse()?,
        None => Collector::Copying,
    };
    let chosen = |name: &str| selection.wants(&key(name, isa, collector));
    let options = options(&selection.compile);
    let programs = programs::all().iter().filter(|p| chosen(p.name));
    let mut modules = progress::each("compile programs", &programs.collect::<Vec<_>>(), |p| {
        let (name, wat) = (p.name, p.wat.as_bytes());
        let origin = format!("corpus/programs/{name}.wat");
        let module = stackmap_corpus::compile_wasm(name, Tier::Program, origin, wat, &options);
        Ok(module)
    })?;
    if !selection.quick {
        let odd = smith::modules(selection.seed, &options, chosen);
        let specified = smith::spec_modules(&options, chosen);
        modules.extend(odd.into_iter().chain(specified).map(Ok));
    }
    Ok(modules)
}

/// Functions that no compiler wrote.
fn synthetic_families(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
    let mut options = synthetic::Options {
        seed: selection.seed,
        ..synthetic::Options::default()
    };
    if selection.quick {
        options.functions = QUICK_FUNCTIONS;
    }
    if let Some(target) = &selection.compile.target {
        options.target = target.clone();
    }
    let isa = isa(&options.target)?;
    let chosen = |name: &str| selection.wants(&key(name, isa, Collector::None));
    Ok(match synthetic::modules(&options, chosen) {
        Ok(families) => families.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

fn key(name: &str, isa: Isa, collector: Collector) -> ModuleKey {
    ModuleKey {
        module: name.to_owned(),
        isa,
        collector,
    }
}

/// The ISA of a target: a name or a triple, which may add extensions.
fn isa(target: &str) -> Result<Isa, UnknownName> {
    let architecture = target.split('-').next().unwrap_or(target);
    architecture.trim_end_matches("gc").parse()
}

/// A file named on the command line.
pub fn read_file(path: &Path, compile: &Compile) -> Result<Module, CorpusError> {
    if path.extension().is_some_and(|e| e == "clif") {
        return clif::read_clif(path, compile.target.as_deref());
    }
    let limits = compile.limits.limits();
    stackmap_corpus::read_path_isolated(path, Tier::Yours, &options(compile), &limits)
}

fn options(compile: &Compile) -> CompileOptions {
    CompileOptions {
        target: compile.target.clone(),
        collector: compile.collector.clone(),
        ..CompileOptions::default()
    }
}
