//! The committed walks of wild modules.

use super::Walks;
use anyhow::Result;
use stackmap_corpus::{Module, walks};
use std::path::Path;

/// The walks of all executions of a module, from the folder of recorded walks.
/// `None` for one that no execution runs.
pub fn recorded(module: &Module, folder: &Path) -> Result<Option<Walks>> {
    let found = walks::of_module(folder, module)?;
    let Some(first) = found.first() else {
        return Ok(None);
    };
    let language = first.header.provenance.language.clone();
    let collections = found.iter().map(|walks| walks.header.collections).sum();
    let stacks: Vec<_> = found.into_iter().flat_map(|walks| walks.stacks).collect();
    Ok(stacks.iter().any(|stack| !stack.is_empty()).then(|| Walks {
        stacks,
        language,
        collections,
        ..Walks::default()
    }))
}
