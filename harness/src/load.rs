//! Gathers the modules of a run; one that cannot be had never loses the rest.

use crate::args::{Compile, ModuleArg, Select};
use crate::{Outcome, progress};
use anyhow::{Result, ensure};
use rayon::prelude::*;
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

/// Everything that the flags select, in a fixed order.
pub fn load(select: &Select) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for module in wild(select)?.into_iter().chain(corpus(select)) {
        loaded.add(module);
    }
    loaded.modules.retain(|m| wanted(select, &m.id()));
    for arg in &select.modules {
        if let ModuleArg::File(file) = arg {
            loaded.add(path(file, &select.compile));
        }
    }
    ensure!(
        !loaded.modules.is_empty(),
        "no module left to measure; `stackmap-lab list modules` shows what there is"
    );
    Ok(loaded)
}

/// Whether a corpus module is selected.
fn wanted(select: &Select, id: &str) -> bool {
    let mut patterns = select.modules.iter().filter_map(|arg| match arg {
        ModuleArg::Matching(pattern) => Some(pattern),
        ModuleArg::File(_) => None,
    });
    patterns.clone().next().is_none() || patterns.any(|p| p.is_match(id))
}

/// Recorded tables of real modules.
fn wild(select: &Select) -> Result<Vec<Result<Module, CorpusError>>> {
    let files = recorded::recordings(&recorded::folder())?;
    let bar = progress::bar("read recorded modules", files.len());
    let modules = files.par_iter().filter_map(|path| {
        let module = read_recording(path, select);
        bar.inc(1);
        module.transpose()
    });
    let modules = modules.collect();
    bar.finish_and_clear();
    Ok(modules)
}

/// A recording, unless the flags leave it out.
fn read_recording(path: &Path, select: &Select) -> Result<Option<Module>, CorpusError> {
    let origin = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| CorpusError::read(path, e))?;
    let header = recorded::read_header(&bytes, &origin)?;
    let headline = header.isa == "x86_64" && header.collector == "copying";
    let small = header.safepoints <= QUICK_SAFEPOINTS;
    let id = format!("{}/{}/{}", header.name, header.isa, header.collector);
    if !wanted(select, &id) || (select.quick && !(headline && small)) {
        return Ok(None);
    }
    recorded::read(&bytes, &origin).map(Some)
}

/// A file named on the command line.
pub fn path(path: &Path, compile: &Compile) -> Result<Module, CorpusError> {
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

/// The ISA of modules that are compiled here.
fn isa(compile: &Compile) -> &str {
    let target = compile.target.as_deref().unwrap_or(std::env::consts::ARCH);
    let isa = target.split('-').next().unwrap_or(target);
    isa.trim_end_matches("gc")
}

/// Programs, odd shapes and synthetic families.
fn corpus(select: &Select) -> Vec<Result<Module, CorpusError>> {
    let isa = isa(&select.compile);
    let collector = select.compile.collector.as_deref().unwrap_or("copying");
    let chosen = |name: &str| wanted(select, &format!("{name}/{isa}/{collector}"));
    let programs = programs::all().iter().filter(|p| chosen(p.name));
    let programs: Vec<_> = programs.collect();
    let bar = progress::bar("compile programs", programs.len());
    let mut modules: Vec<_> = programs
        .par_iter()
        .map(|p| {
            let origin = format!("corpus/programs/{}.wat", p.name);
            let options = options(&select.compile);
            let module = stackmap_corpus::compile_wasm(
                p.name,
                Tier::Program,
                origin,
                p.wat.as_bytes(),
                &options,
            );
            bar.inc(1);
            module
        })
        .collect();
    bar.finish_and_clear();
    if !select.quick {
        let options = options(&select.compile);
        let odd = smith::modules(select.seed, &options, chosen);
        let spec = smith::spec_modules(&options, chosen);
        modules.extend(odd.into_iter().chain(spec).map(Ok));
    }
    let mut synthetic = synthetic::Options {
        seed: select.seed,
        ..synthetic::Options::default()
    };
    if select.quick {
        synthetic.functions = QUICK_FUNCTIONS;
    }
    if let Some(target) = &select.compile.target {
        synthetic.isa = target.clone();
    }
    let chosen = |name: &str| wanted(select, &format!("{name}/{isa}/none"));
    match synthetic::modules(&synthetic, chosen) {
        Ok(families) => modules.extend(families.into_iter().map(Ok)),
        Err(error) => modules.push(Err(error)),
    }
    modules
}
