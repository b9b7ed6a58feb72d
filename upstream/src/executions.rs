//! Pinned executions of wild modules, in whatever Wasmtime this is built with.

use crate::{config_of, note, options};
use anyhow::{Context, Result};
use stackmap_corpus::execution::{Execution, Executions, Runnable};
use stackmap_corpus::wild::{self, FetchOptions, Manifest, WildModule};
use stackmap_corpus::{Collector, CompileOptions, CorpusFolder, Isa};
use std::path::PathBuf;
use wasmtime::{Engine, Module};

/// A pinned execution, and how its module is compiled.
pub struct Wild {
    runnable: Runnable,
    module: WildModule,
}

/// All pinned executions, and where their modules come from.
struct Pins {
    executions: Executions,
    modules: Manifest,
    fetch: FetchOptions,
}

impl Pins {
    fn read(from: Option<PathBuf>) -> Result<Pins> {
        let corpus = CorpusFolder::find(None)?;
        let cache = corpus.cache();
        Ok(Pins {
            executions: Executions::read(&corpus.executions())?,
            modules: Manifest::read(&corpus.manifest())?,
            fetch: FetchOptions { from, cache },
        })
    }

    fn is_at_hand(&self, execution: &Execution) -> Result<bool> {
        let module = self.modules.get(&execution.module)?;
        Ok(wild::is_at_hand(module, &self.fetch)?)
    }

    fn open(&self, execution: &Execution) -> Result<Wild> {
        let module = self.modules.get(&execution.module)?.clone();
        let runnable = Runnable::open(execution, &module, &self.fetch)?;
        Ok(Wild { runnable, module })
    }
}

impl Wild {
    /// Those with a name that is asked for, whose module a package registry has, or the
    /// folder `from`, or the cache. Says of each other one that it is left out. A module
    /// that is heavy to compile must be in `by_name`.
    pub fn at_hand(
        from: Option<PathBuf>,
        is_asked: impl Fn(&str) -> bool,
        by_name: &[String],
    ) -> Result<Vec<Wild>> {
        let pins = Pins::read(from)?;
        let all = pins.executions.executions.iter();
        let mut found = Vec::new();
        for execution in all.filter(|execution| is_asked(&execution.name)) {
            let name = &execution.name;
            if pins.modules.get(&execution.module)?.heavy && !by_name.contains(name) {
                note!("note: {name}: left out, it is heavy to compile; it runs with --only {name}");
                continue;
            }
            if !pins.is_at_hand(execution)? {
                note!(
                    "note: {name}: left out, its module is in a git repository; give a folder that holds it with --from"
                );
                continue;
            }
            match pins.open(execution) {
                Ok(wild) => found.push(wild),
                Err(error) => note!("note: {name}: left out: {error:#}"),
            }
        }
        Ok(found)
    }

    /// That of a name, whose module is in the cache.
    pub fn named(name: &str) -> Result<Wild> {
        let pins = Pins::read(None)?;
        pins.open(pins.executions.get(name)?)
    }

    pub fn name(&self) -> &str {
        self.runnable.name()
    }

    pub fn module(&self) -> &WildModule {
        &self.module
    }

    /// The module in binary.
    pub fn wasm(&self) -> &[u8] {
        self.runnable.wasm()
    }

    /// How its module is compiled here.
    pub fn options(&self, collector: Collector) -> Result<CompileOptions> {
        let isa = Isa::host().context("Cranelift does not compile for this machine")?;
        let setting = self.module.setting(collector);
        Ok(CompileOptions {
            opt_level: setting.map(|setting| setting.opt_level),
            ..options(isa, collector)
        })
    }

    /// Compiles its module.
    pub fn compile(&self, collector: Collector) -> Result<Module> {
        let engine = Engine::new(&config_of(&self.options(collector)?)?)?;
        Ok(Module::new(&engine, self.wasm())?)
    }

    /// Runs it. Anything but its known result is an error.
    pub fn run(&self, code: &Module) -> Result<()> {
        self.runnable.run(code)?;
        Ok(())
    }
}
