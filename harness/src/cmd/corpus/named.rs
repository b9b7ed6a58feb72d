//! The wild modules that a command line names.

use anyhow::Result;
use stackmap_corpus::wild::{self, WildModule};

/// The modules of these names; all if none is named.
pub fn named(names: &[String]) -> Result<Vec<WildModule>> {
    let manifest = wild::manifest()?;
    if names.is_empty() {
        return Ok(manifest.modules);
    }
    names.iter().map(|n| Ok(manifest.get(n)?.clone())).collect()
}
