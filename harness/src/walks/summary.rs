//! `walks.csv`: what the walk queries of each module rest on; `memo.csv` with it.

use super::Walks;
use super::memo;
use anyhow::Result;
use stackmap_corpus::Module;
use stackmap_reports::results::{WalkRow, write_rows};
use std::collections::HashSet;
use std::mem;
use std::path::Path;

/// Writes the rows of each module with walks; no file if there is none.
pub fn write_summary(modules: &[Module], recorded: &[Option<Walks>], dir: &Path) -> Result<()> {
    let pairs = modules.iter().zip(recorded);
    let walked = pairs.filter_map(|(module, walks)| Some((module, walks.as_ref()?)));
    let (mut rows, mut of_memos) = (Vec::new(), Vec::new());
    for (module, walks) in walked {
        rows.push(row(module, walks));
        of_memos.extend(memo::rows(module, walks)?);
    }
    if !rows.is_empty() {
        write_rows(dir, &of_memos)?;
        write_rows(dir, &rows)?;
    }
    Ok(())
}

fn row(module: &Module, walks: &Walks) -> WalkRow {
    let stacks = walks.stacks.as_slice();
    let frames = stacks.iter().map(|stack| stack.len() as u64);
    WalkRow {
        module: module.name.clone(),
        isa: module.isa,
        collector: module.collector,
        checkpoints: walks.checkpoints,
        growths: walks.growths,
        stacks: stacks.len() as u64,
        frames: frames.clone().sum(),
        deepest: frames.max().unwrap_or(0),
        cache_16: cached(stacks, 16),
        cache_1024: cached(stacks, 1024),
        repeated: repeated(stacks),
        tier: module.tier,
        language: walks.language.clone(),
        collections: walks.collections,
    }
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

/// Share of the frames whose PC occurred before in the same stack: looking up
/// each PC of a stack once would save them.
fn repeated(stacks: &[Vec<u32>]) -> f64 {
    let distinct = |stack: &Vec<u32>| stack.iter().collect::<HashSet<_>>().len();
    let repeated = stacks.iter().map(|stack| stack.len() - distinct(stack));
    share(repeated.sum(), stacks)
}
