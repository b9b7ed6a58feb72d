//! Maps a section's file anew, as Wasmtime maps a `.cwasm`.
#![allow(unsafe_code)]

use anyhow::{Context, Result};
use memmap2::Mmap;
use std::fs::File;
use std::path::Path;

/// A section whose pages are not present yet; an empty file has none.
pub struct MappedSection(Option<Mmap>);

impl MappedSection {
    pub fn open(path: &Path) -> Result<MappedSection> {
        let problem = || format!("{}: cannot be mapped; start a new run", path.display());
        let file = File::open(path).with_context(problem)?;
        if file.metadata().with_context(problem)?.len() == 0 {
            return Ok(MappedSection(None));
        }
        // SAFETY: the file is the run's own, in a folder that the run has
        // locked, and nobody writes it again.
        let map = unsafe { Mmap::map(&file) }.with_context(problem)?;
        Ok(MappedSection(Some(map)))
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}
