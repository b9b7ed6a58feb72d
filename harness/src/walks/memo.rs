//! `memo.csv`: what a memo in front of a scheme would answer by itself, on the
//! stacks recorded while modules ran.

use super::Walks;
use anyhow::{Result, ensure};
use stackmap_corpus::Module;
use stackmap_encoders::exact::Exact;
use stackmap_encoders::{Encoder, MEMO, Memo, Oracle, Reader};
use stackmap_reports::results::MemoRow;

/// Sizes that are tried, from Go's to V8's.
const ENTRIES: [usize; 4] = [16, 64, 256, 1024];

/// A row for each size, cleared at each collection or kept across them; none
/// without stacks.
pub fn rows(module: &Module, walks: &Walks, behind: &Behind) -> Result<Vec<MemoRow>> {
    if walks.stacks.is_empty() {
        return Ok(Vec::new());
    }
    let lookups: usize = walks.stacks.iter().map(Vec::len).sum();
    let mut rows = Vec::new();
    for entries in ENTRIES {
        for kept in [false, true] {
            let hits = behind.hits(&walks.stacks, entries, kept)?;
            rows.push(MemoRow {
                module: module.name.clone(),
                isa: module.isa,
                collector: module.collector,
                entries: entries as u64,
                kept,
                stacks: walks.stacks.len() as u64,
                lookups: lookups as u64,
                hits: hits as u64,
                memo_lines: MEMO.lines() as u64,
            });
        }
    }
    Ok(rows)
}

/// A scheme behind a memo. Which it is does not matter.
pub struct Behind {
    section: Vec<u8>,
    oracle: Oracle,
}

impl Behind {
    pub fn new(module: &Module) -> Result<Behind> {
        let section = Exact::encode(&module.table)?.bytes;
        let oracle = Oracle::new(&module.table);
        Ok(Behind { section, oracle })
    }

    /// How many lookups a memo answers by itself, whose every answer is compared with
    /// the oracle's.
    pub fn hits(&self, stacks: &[Vec<u32>], entries: usize, kept: bool) -> Result<usize> {
        let reader = Exact::open(&self.section)?;
        let (mut memo, mut hits) = (Memo::new(entries), 0);
        for stack in stacks {
            for &pc in stack {
                hits += 1;
                let answer = memo.lookup(pc, || {
                    hits -= 1;
                    reader.lookup(pc, &mut [])
                })?;
                ensure!(
                    self.oracle.permits::<Exact>(pc, answer),
                    "a memo of {entries} entries answers {answer:?} at {pc:#x}"
                );
            }
            if !kept {
                memo.clear();
            }
        }
        Ok(hits)
    }
}
