//! `walks.csv`: what the walk queries of each module rest on.

use super::recorder::Walks;
use crate::results_folder;
use anyhow::Result;
use serde::Serialize;
use stackmap_corpus::Module;
use std::collections::HashSet;
use std::mem;
use std::path::Path;

/// One row of `walks.csv`.
#[derive(Serialize)]
struct WalkRow<'a> {
    module: &'a str,
    isa: &'a str,
    collector: &'a str,
    checkpoints: usize,
    growths: usize,
    stacks: usize,
    frames: usize,
    deepest: usize,
    /// Share of the frames, stack after stack, that a direct-mapped cache of
    /// so many PCs would have answered: Go's size, and V8's.
    cache_16: f64,
    cache_1024: f64,
    /// Share of the frames whose PC occurred before in the same stack, so that
    /// looking up each PC of a stack once would save them.
    repeated: f64,
}

/// Writes `walks.csv`, one row per module with walks.
pub fn write_summary(modules: &[Module], recorded: &[Option<Walks>], dir: &Path) -> Result<()> {
    let with_walks = modules
        .iter()
        .zip(recorded)
        .filter_map(|(m, w)| Some((m, w.as_ref()?)));
    let rows: Vec<WalkRow> = with_walks
        .map(|(module, walks)| WalkRow {
            module: &module.name,
            isa: &module.isa,
            collector: &module.collector,
            checkpoints: walks.checkpoints,
            growths: walks.growths,
            stacks: walks.stacks.len(),
            frames: walks.stacks.iter().map(Vec::len).sum(),
            deepest: walks.stacks.iter().map(Vec::len).max().unwrap_or(0),
            cache_16: cached(&walks.stacks, 16),
            cache_1024: cached(&walks.stacks, 1024),
            repeated: repeated(&walks.stacks),
        })
        .collect();
    results_folder::write_csv(dir, "walks.csv", &rows)
}

fn share(part: usize, stacks: &[Vec<u32>]) -> f64 {
    part as f64 / stacks.iter().map(Vec::len).sum::<usize>().max(1) as f64
}

/// Share of hits in a direct-mapped cache of PCs, a power of two in size.
fn cached(stacks: &[Vec<u32>], entries: usize) -> f64 {
    const GOLDEN: u32 = 0x9e37_79b9;
    let mut cache = vec![u32::MAX; entries];
    let shift = 32 - entries.trailing_zeros();
    let hits = stacks.iter().flatten().filter(|&&pc| {
        let entry = &mut cache[(pc.wrapping_mul(GOLDEN) >> shift) as usize];
        mem::replace(entry, pc) == pc
    });
    share(hits.count(), stacks)
}

fn repeated(stacks: &[Vec<u32>]) -> f64 {
    let distinct = |stack: &Vec<u32>| stack.iter().collect::<HashSet<_>>().len();
    let repeated = stacks.iter().map(|stack| stack.len() - distinct(stack));
    share(repeated.sum(), stacks)
}
