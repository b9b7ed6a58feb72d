//! Walks: the stacks that a collector walks while a program runs.

mod memo;
mod recorded;
mod recorder;
mod summary;

pub use memo::rows as memo_rows;
use recorded::recorded;
use recorder::record;
pub use summary::write_summary;

use crate::args::Selection;
use crate::output::{note, progress};
use stackmap_corpus::{Module, Tier};

/// Stacks of the collections of one module, as offsets into its text section,
/// innermost first.
#[derive(Debug, Default)]
pub struct Walks {
    pub stacks: Vec<Vec<u32>>,
    /// The language that the module was written in.
    pub language: String,
    /// How often the program called its checkpoint, and how often the heap grew.
    pub checkpoints: u64,
    pub growths: u64,
    /// Collections, those included whose stacks were not kept.
    pub collections: u64,
}

/// The walks of each module that has any. Programs are run, and of wild modules the
/// recorded walks are read. One after another: Wasmtime compiles in
/// parallel by itself, and would wait for ever for threads that wait for it.
pub fn record_all(modules: &[Module], selection: &Selection) -> Vec<Option<Walks>> {
    let folder = selection.walks();
    let bar = progress::bar("record walks", modules.len());
    let all = modules.iter().map(|module| {
        bar.inc(1);
        let walks = match (module.tier, &folder) {
            (Tier::Wild, Some(folder)) => recorded(module, folder),
            _ => record(module),
        };
        walks.unwrap_or_else(|error| {
            bar.suspend(|| note!("warning: {error:#}; its queries are uniform instead"));
            None
        })
    });
    let all = all.collect();
    bar.finish_and_clear();
    all
}
