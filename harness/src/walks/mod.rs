//! Walks: the stacks that a collector walks while a program runs.

mod memo;
mod recorded;
mod recorder;
mod summary;
mod touched;

pub use memo::{Behind, rows as memo_rows};
use recorded::recorded;
use recorder::record;
pub use summary::{rows, write_summary};
pub use touched::measure_all as touched;

use crate::args::Selection;
use crate::output::{note, progress};
use anyhow::Result;
use stackmap_corpus::{Module, Tier};
use std::ops::Range;
use std::path::Path;

/// Stacks of the collections of one module, as offsets into its text section,
/// innermost first.
#[derive(Debug)]
pub struct Walks {
    /// Those of one execution after another.
    pub stacks: Vec<Vec<u32>>,
    /// The language that the module was written in.
    pub language: String,
    executions: Vec<Execution>,
}

/// One execution of the module.
#[derive(Debug)]
struct Execution {
    name: String,
    /// Which stacks are of it.
    stacks: Range<usize>,
    /// How often a program called its checkpoint, and how often its heap grew.
    checkpoints: u64,
    growths: u64,
    /// Collections and the frames that they walked, those included whose stacks
    /// were not kept.
    collections: u64,
    frames: u64,
}

/// The walks of each module that has any. One after another: Wasmtime compiles in
/// parallel by itself, and would wait for ever for threads that wait for it.
pub fn record_all(modules: &[Module], selection: &Selection) -> Vec<Option<Walks>> {
    let folder = selection.walks();
    let bar = progress::bar("record walks", modules.len());
    let all = modules.iter().map(|module| {
        bar.inc(1);
        of(module, folder.as_deref()).unwrap_or_else(|error| {
            bar.suspend(|| note!("warning: {error:#}; its queries are uniform instead"));
            None
        })
    });
    let all = all.collect();
    bar.finish_and_clear();
    all
}

/// The walks of a module, if it has any. Programs in WebAssembly text are run, and of
/// recorded modules the walks are read that the folder holds.
pub fn of(module: &Module, folder: Option<&Path>) -> Result<Option<Walks>> {
    let of_folder = || folder.map_or(Ok(None), |folder| recorded(module, folder));
    match module.tier {
        Tier::Wild => of_folder(),
        Tier::Program => match record(module)? {
            None => of_folder(),
            walks => Ok(walks),
        },
        _ => Ok(None),
    }
}
