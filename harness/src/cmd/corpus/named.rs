//! The wild modules that a command line names.

use anyhow::Result;
use stackmap_corpus::CorpusFolder;
use stackmap_corpus::wild::{Manifest, WildModule};

/// The modules of these names; all if none is named.
pub fn named(names: &[String], corpus: &CorpusFolder) -> Result<Vec<WildModule>> {
    let manifest = Manifest::read(&corpus.manifest())?;
    if names.is_empty() {
        return Ok(manifest.modules);
    }
    names.iter().map(|n| Ok(manifest.get(n)?.clone())).collect()
}
