//! The wild modules and the executions that a command line names.

use anyhow::Result;
use stackmap_corpus::CorpusFolder;
use stackmap_corpus::execution::{Execution, Executions};
use stackmap_corpus::wild::{Manifest, WildModule};

/// The modules of these names; all if none is named.
pub fn named(names: &[String], corpus: &CorpusFolder) -> Result<Vec<WildModule>> {
    let manifest = Manifest::read(&corpus.manifest())?;
    if names.is_empty() {
        return Ok(manifest.modules);
    }
    names.iter().map(|n| Ok(manifest.get(n)?.clone())).collect()
}

/// The executions of these names with their modules; all if none is named.
pub fn executions(names: &[String], corpus: &CorpusFolder) -> Result<Vec<(Execution, WildModule)>> {
    let manifest = Manifest::read(&corpus.manifest())?;
    let all = Executions::read(&corpus.executions())?;
    let chosen = match names {
        [] => all.executions,
        names => names
            .iter()
            .map(|name| all.get(name).cloned())
            .collect::<Result<_, _>>()?,
    };
    let with_module = chosen.into_iter().map(|execution| {
        let module = manifest.get(&execution.module)?.clone();
        Ok((execution, module))
    });
    with_module.collect()
}
