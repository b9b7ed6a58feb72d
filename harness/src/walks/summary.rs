//! `walks.csv`: what the stacks of each execution are like; `memo.csv` with it.

use super::memo::{self, Behind};
use super::{Execution, Walks};
use anyhow::Result;
use stackmap_corpus::Module;
use stackmap_reports::results::{WalkRow, write_rows};
use std::collections::HashSet;
use std::path::Path;

/// Writes the rows of each execution of a module; no file if there is none.
pub fn write_summary(modules: &[Module], recorded: &[Option<Walks>], dir: &Path) -> Result<()> {
    let pairs = modules.iter().zip(recorded);
    let walked = pairs.filter_map(|(module, walks)| Some((module, walks.as_ref()?)));
    let (mut all, mut of_memos) = (Vec::new(), Vec::new());
    for (module, walks) in walked {
        let behind = Behind::new(module)?;
        all.extend(rows(module, walks, &behind)?);
        of_memos.extend(memo::rows(module, walks, &behind)?);
    }
    if !all.is_empty() {
        write_rows(dir, &of_memos)?;
        write_rows(dir, &all)?;
    }
    Ok(())
}

/// A row for each execution.
pub fn rows(module: &Module, walks: &Walks, behind: &Behind) -> Result<Vec<WalkRow>> {
    let safepoints = module.table.iter();
    let empties: HashSet<u32> = safepoints.filter(|s| s.is_empty()).map(|s| s.pc).collect();
    let row = |execution| row(module, walks, execution, behind, &empties);
    walks.executions.iter().map(row).collect()
}

fn row(
    module: &Module,
    walks: &Walks,
    execution: &Execution,
    behind: &Behind,
    empties: &HashSet<u32>,
) -> Result<WalkRow> {
    let stacks = &walks.stacks[execution.stacks.clone()];
    let mut depths: Vec<u64> = stacks.iter().map(|stack| stack.len() as u64).collect();
    depths.sort_unstable();
    let empty = stacks.iter().flatten().filter(|pc| empties.contains(pc));
    let cached =
        |entries| Ok::<_, anyhow::Error>(share(behind.hits(stacks, entries, true)?, stacks));
    Ok(WalkRow {
        module: module.name.clone(),
        isa: module.isa,
        collector: module.collector,
        checkpoints: execution.checkpoints,
        growths: execution.growths,
        stacks: stacks.len() as u64,
        frames: depths.iter().sum(),
        deepest: quantile(&depths, 1.0),
        cache_16: cached(16)?,
        cache_1024: cached(1024)?,
        repeated: repeated(stacks),
        tier: module.tier,
        language: walks.language.clone(),
        collections: execution.collections,
        execution: execution.name.clone(),
        walked: execution.frames,
        median: quantile(&depths, 0.5),
        p99: quantile(&depths, 0.99),
        empty: share(empty.count(), stacks),
    })
}

/// One of some values in ascending order, so far along; 0 if there are none.
fn quantile(ascending: &[u64], share: f64) -> u64 {
    let at = place(ascending.len(), share);
    ascending.get(at).copied().unwrap_or(0)
}

/// Where a quantile is among so many values in ascending order.
pub(super) fn place(values: usize, share: f64) -> usize {
    (values.saturating_sub(1) as f64 * share).round() as usize
}

fn share(part: usize, stacks: &[Vec<u32>]) -> f64 {
    part as f64 / stacks.iter().map(Vec::len).sum::<usize>().max(1) as f64
}

/// Share of the frames whose PC occurred before in the same stack: looking up
/// each PC of a stack once would save them.
fn repeated(stacks: &[Vec<u32>]) -> f64 {
    let distinct = |stack: &Vec<u32>| stack.iter().collect::<HashSet<_>>().len();
    let repeated = stacks.iter().map(|stack| stack.len() - distinct(stack));
    share(repeated.sum(), stacks)
}
