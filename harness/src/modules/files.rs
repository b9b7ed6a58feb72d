//! Modules from files named on the command line.

use super::Loaded;
use crate::args::Compile;
use crate::output::progress;
use anyhow::Result;
use stackmap_corpus::{CorpusError, Module, Tier, clif, read_path_isolated, unique_names};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Reads files, and compiles those that are not compiled. Each gets a name that
/// no module has yet.
pub fn load_files(loaded: &mut Loaded, files: &[PathBuf], compile: &Compile) -> Result<()> {
    let taken: HashSet<String> = loaded.modules.iter().map(|m| m.name.clone()).collect();
    let names = unique_names(files, |name| taken.contains(name))?;
    let bar = progress::bar("", files.len());
    // One after another: a compile is parallel, and may need much memory.
    for (file, name) in files.iter().zip(names) {
        bar.set_message(format!("compile {name}"));
        let module = read(file, compile).map(|module| Module { name, ..module });
        bar.suspend(|| loaded.add(module));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn read(file: &Path, compile: &Compile) -> Result<Module, CorpusError> {
    if file.extension().is_some_and(|e| e == "clif") {
        return clif::read_clif(file, compile.target.as_deref());
    }
    let limits = compile.limits.limits();
    read_path_isolated(file, Tier::Yours, &compile.of_files(), &limits)
}
