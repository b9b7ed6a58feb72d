//! Modules of the corpus.

use super::Loaded;
use crate::args::Selection;
use crate::output::progress;
use anyhow::{Error, Result, bail};
use regex::Regex;
use stackmap_corpus::recorded::{self, Listed};
use stackmap_corpus::{
    Collector, CompileOptions, CorpusError, CorpusFolder, Isa, Module, ModuleKey, Tier, programs,
    smith, synthetic,
};

/// Synthetic functions of a `--quick` run.
const QUICK_FUNCTIONS: usize = 240;
/// Largest recorded module of a `--quick` run.
const QUICK_SAFEPOINTS: u64 = 200_000;

type Modules = Vec<Result<Module, CorpusError>>;

/// Adds the modules of the corpus that the flags select.
pub fn load(loaded: &mut Loaded, selection: &Selection) -> Result<()> {
    let (recordings, missing) = match selection.corpus.find() {
        Ok(folder) => (read_recordings(&folder, selection)?, None),
        // What is compiled in may be all that is asked for.
        Err(error) if selection.is_narrowed() && !selection.corpus.is_named() => {
            (Modules::new(), Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    let of_corpus = recordings
        .into_iter()
        .chain(compile_here(selection)?)
        .chain(synthetic_families(selection)?);
    for module in of_corpus {
        loaded.add(module);
    }
    loaded.modules.retain(|m| selection.wants(&m.key()));
    let unmatched = selection.patterns().find(|p| matches_nothing(p, loaded));
    match (missing, unmatched) {
        (Some(error), Some(_)) => return Err(error.into()),
        (Some(error), None) if selection.patterns().next().is_none() => loaded.skip(error),
        (None, Some(pattern)) if loaded.failures == 0 => {
            bail!(
                "-m {pattern}: matches no module; `stackmap-lab list modules` shows what there is"
            )
        }
        _ => {}
    }
    Ok(())
}

/// Whether a pattern is a misspelt one. One that matches even an empty name, such
/// as `^$`, is not meant to match a module.
fn matches_nothing(pattern: &Regex, loaded: &Loaded) -> bool {
    let matches = |module: &Module| pattern.is_match(&module.key().to_string());
    !pattern.is_match("") && !loaded.modules.iter().any(matches)
}

/// Recorded tables of real modules.
fn read_recordings(folder: &CorpusFolder, selection: &Selection) -> Result<Modules> {
    let listed = recorded::recordings(&folder.recordings())?;
    let modules = progress::each("read recorded modules", &listed, |listed| {
        Ok(read_recording(listed, selection).transpose())
    })?;
    Ok(modules.into_iter().flatten().collect())
}

/// A recording, unless the flags leave it out.
fn read_recording(listed: &Listed, selection: &Selection) -> Result<Option<Module>, CorpusError> {
    let recording = listed.open()?;
    let key = recording.header.key();
    let quick = key.is_headline() && recording.header.safepoints <= QUICK_SAFEPOINTS;
    if selection.wants(&key) && (quick || !selection.quick) {
        return recording.module().map(Some);
    }
    Ok(None)
}

/// What Wasmtime compiles now: our own programs, modules of odd shapes, and
/// those of the specification's tests.
fn compile_here(selection: &Selection) -> Result<Modules> {
    let options = selection.compile.of_corpus();
    let isa = isa(&options)?;
    let collector = selection.compile.collector_of_corpus();
    let chosen = |name: &str| selection.wants(&key(name, isa, collector));
    let programs = programs::all().iter().filter(|p| chosen(p.name));
    let mut modules = progress::each("compile programs", &programs.collect::<Vec<_>>(), |p| {
        let (name, wat) = (p.name, p.wat.as_bytes());
        let origin = format!("corpus/programs/{name}.wat");
        let module = stackmap_corpus::compile_wasm(name, Tier::Program, origin, wat, &options);
        Ok(module)
    })?;
    if !selection.quick {
        let odd = smith::modules(selection.seed(), &options, chosen);
        let specified = smith::spec_modules(&options, chosen);
        modules.extend(odd.into_iter().chain(specified).map(Ok));
    }
    Ok(modules)
}

/// Functions that no compiler wrote.
fn synthetic_families(selection: &Selection) -> Result<Modules> {
    let mut options = synthetic::Options {
        seed: selection.seed(),
        ..synthetic::Options::default()
    };
    if selection.quick {
        options.functions = QUICK_FUNCTIONS;
    }
    if let Some(target) = &selection.compile.target {
        options.target = target.clone();
    }
    let isa = isa(&CompileOptions {
        target: Some(options.target.clone()),
        ..CompileOptions::default()
    })?;
    let chosen = |name: &str| selection.wants(&key(name, isa, Collector::None));
    Ok(match synthetic::modules(&options, chosen) {
        Ok(families) => families.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

fn isa(options: &CompileOptions) -> Result<Isa> {
    options.isa().map_err(Error::msg)
}

fn key(name: &str, isa: Isa, collector: Collector) -> ModuleKey {
    ModuleKey {
        module: name.to_owned(),
        isa,
        collector,
    }
}
