//! Gathers the modules of a run; one that cannot be had never loses the rest.

use crate::args::{Compile, ModuleArg, Selection};
use crate::outcome::Outcome;
use crate::output::progress;
use anyhow::{Result, ensure};
use stackmap_corpus::{
    Collector, CompileOptions, CorpusError, Isa, Module, ModuleKey, Tier, clif, programs, recorded,
    smith, synthetic,
};
use stackmap_reports::results::ModuleRow;
use std::path::Path;

/// Synthetic functions of a `--quick` run.
const QUICK_FUNCTIONS: usize = 240;
/// Largest recorded module of a `--quick` run.
const QUICK_SAFEPOINTS: u64 = 200_000;

/// The modules of a run, and how many could not be had.
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

    /// Complete only if every module asked for could be had.
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
    let of_corpus = wild(selection)?
        .into_iter()
        .chain(programs(selection)?)
        .chain(odd(selection).into_iter().map(Ok))
        .chain(synthetic(selection));
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
fn wild(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
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

/// Our own programs, compiled.
fn programs(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
    let programs = programs::all().iter();
    let programs: Vec<_> = programs
        .filter(|p| wants_compiled(selection, p.name))
        .collect();
    let options = options(&selection.compile);
    progress::each("compile programs", &programs, |p| {
        let origin = format!("corpus/programs/{}.wat", p.name);
        let wat = p.wat.as_bytes();
        Ok(stackmap_corpus::compile_wasm(
            p.name,
            Tier::Program,
            origin,
            wat,
            &options,
        ))
    })
}

/// Modules of odd shapes, and those of the specification's tests.
fn odd(selection: &Selection) -> Vec<Module> {
    if selection.quick {
        return Vec::new();
    }
    let options = options(&selection.compile);
    let chosen = |name: &str| wants_compiled(selection, name);
    let mut modules = smith::modules(selection.seed, &options, chosen);
    modules.extend(smith::spec_modules(&options, chosen));
    modules
}

/// Synthetic families.
fn synthetic(selection: &Selection) -> Vec<Result<Module, CorpusError>> {
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
    let isa = isa(&options.target);
    let chosen = |name: &str| wants(selection, name, isa, Some(Collector::None));
    match synthetic::modules(&options, chosen) {
        Ok(families) => families.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    }
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

/// Whether a module that is compiled here is among those asked for.
fn wants_compiled(selection: &Selection, name: &str) -> bool {
    let Compile {
        target, collector, ..
    } = &selection.compile;
    let isa = match target {
        Some(target) => isa(target),
        None => Isa::host(),
    };
    let collector = match collector {
        Some(name) => name.parse().ok(),
        None => Some(Collector::Copying),
    };
    wants(selection, name, isa, collector)
}

/// Whether a module is among those asked for. One for an unknown ISA or
/// collector is, so that the compiler says what is wrong.
fn wants(
    selection: &Selection,
    name: &str,
    isa: Option<Isa>,
    collector: Option<Collector>,
) -> bool {
    isa.zip(collector).is_none_or(|(isa, collector)| {
        selection.wants(&ModuleKey {
            module: name.to_owned(),
            isa,
            collector,
        })
    })
}

/// The ISA of a target: a name or a triple, which may add extensions.
fn isa(target: &str) -> Option<Isa> {
    let architecture = target.split('-').next().unwrap_or(target);
    architecture.trim_end_matches("gc").parse().ok()
}
