//! Walks: the stacks that a collector walks while a program runs.

mod memo;
mod recorder;
mod summary;

pub use memo::rows as memo_rows;
pub use recorder::{Walks, record};
pub use summary::write_summary;

use crate::output::{note, progress};
use stackmap_corpus::Module;

/// Runs the programs among the modules. One after another: Wasmtime compiles
/// in parallel by itself, and would wait for ever for threads that wait for it.
pub fn record_all(modules: &[Module]) -> Vec<Option<Walks>> {
    let bar = progress::bar("record walks", modules.len());
    let recorded = modules.iter().map(|module| {
        bar.inc(1);
        record(module).unwrap_or_else(|error| {
            bar.suspend(|| note!("warning: {error:#}; its queries are uniform instead"));
            None
        })
    });
    let recorded = recorded.collect();
    bar.finish_and_clear();
    recorded
}
