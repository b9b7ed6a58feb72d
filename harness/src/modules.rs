//! Gathers the modules of a run; one that cannot be had never loses the rest.

use crate::args::{Compile, ModuleArg, Selection};
use crate::outcome::Outcome;
use crate::output::progress;
use anyhow::{Result, ensure};
use serde::Serialize;
use stackmap_corpus::{
    CompileOptions, CorpusError, Limits, Module, Tier, clif, programs, recorded, smith, synthetic,
};
use std::path::Path;
use std::time::Duration;

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
    let headline = module.isa == "x86_64" && module.collector == "copying";
    module.tier == Tier::Yours || (module.tier == Tier::Wild && headline)
}

/// One row of `modules.csv`.
#[derive(Serialize)]
pub struct ModuleRow {
    pub module: String,
    pub isa: String,
    pub collector: String,
    pub tier: String,
    pub text_bytes: u64,
    pub cwasm_bytes: Option<u64>,
    pub section_bytes: Option<usize>,
    pub functions: usize,
    pub maps: usize,
    pub empties: usize,
    pub recorded: usize,
    pub confirmed: usize,
    pub call_sites: Option<usize>,
    pub disassembled: Option<usize>,
    pub agreed: Option<usize>,
    pub unmatched_functions: usize,
    pub provenance: String,
}

/// What there is to know of a module besides its measurements.
pub fn row(m: &Module) -> ModuleRow {
    ModuleRow {
        module: m.name.clone(),
        isa: m.isa.clone(),
        collector: m.collector.clone(),
        tier: m.tier.to_string(),
        text_bytes: m.text_bytes,
        cwasm_bytes: m.cwasm_bytes,
        section_bytes: m.section.as_ref().map(Vec::len),
        functions: m.functions.len(),
        maps: m.table.maps(),
        empties: m.table.empties(),
        recorded: m.cross_check.recorded,
        confirmed: m.cross_check.confirmed,
        call_sites: m.cross_check.call_sites,
        disassembled: m.cross_check.disassembled,
        agreed: m.cross_check.agreed,
        unmatched_functions: m.cross_check.unmatched_functions,
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
    loaded.modules.retain(|m| selection.wants(&m.id()));
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
    let headline = header.isa == "x86_64" && header.collector == "copying";
    let small = header.safepoints <= QUICK_SAFEPOINTS;
    let id = format!("{}/{}/{}", header.name, header.isa, header.collector);
    if !selection.wants(&id) || (selection.quick && !(headline && small)) {
        return Ok(None);
    }
    recorded::read(&bytes, &origin).map(Some)
}

/// Our own programs, compiled.
fn programs(selection: &Selection) -> Result<Vec<Result<Module, CorpusError>>> {
    let programs = programs::all().iter();
    let programs: Vec<_> = programs
        .filter(|p| selection.wants(&compiled_id(p.name, &selection.compile)))
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
    let chosen = |name: &str| selection.wants(&compiled_id(name, &selection.compile));
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
        options.isa = target.clone();
    }
    let isa = isa(&selection.compile);
    let chosen = |name: &str| selection.wants(&format!("{name}/{isa}/none"));
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
    let limits = Limits {
        memory: compile.memory << 30,
        time: Duration::from_secs(60 * compile.minutes),
    };
    stackmap_corpus::read_path_isolated(path, Tier::Yours, &options(compile), &limits)
}

fn options(compile: &Compile) -> CompileOptions {
    CompileOptions {
        target: compile.target.clone(),
        collector: compile.collector.clone(),
        ..CompileOptions::default()
    }
}

/// The id of a module that is compiled here.
fn compiled_id(name: &str, compile: &Compile) -> String {
    let collector = compile.collector.as_deref().unwrap_or("copying");
    format!("{name}/{}/{collector}", isa(compile))
}

/// The ISA of modules that are compiled here.
fn isa(compile: &Compile) -> &str {
    let target = compile.target.as_deref().unwrap_or(std::env::consts::ARCH);
    let isa = target.split('-').next().unwrap_or(target);
    isa.trim_end_matches("gc")
}
