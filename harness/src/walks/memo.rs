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
pub fn rows(module: &Module, walks: &Walks) -> Result<Vec<MemoRow>> {
    if walks.stacks.is_empty() {
        return Ok(Vec::new());
    }
    let section = Exact::encode(&module.table)?;
    let oracle = Oracle::new(&module.table);
    let mut rows = Vec::new();
    for entries in ENTRIES {
        for kept in [false, true] {
            let asked = asked(walks, &section.bytes, &oracle, entries, kept)?;
            let lookups: usize = walks.stacks.iter().map(Vec::len).sum();
            rows.push(MemoRow {
                module: module.name.clone(),
                isa: module.isa,
                collector: module.collector,
                entries: entries as u64,
                kept,
                stacks: walks.stacks.len() as u64,
                lookups: lookups as u64,
                hits: (lookups - asked) as u64,
                memo_lines: MEMO.lines() as u64,
            });
        }
    }
    Ok(rows)
}

/// How often the scheme behind a memo is asked. Every answer is compared with
/// the oracle's; which scheme it is does not matter.
fn asked(
    walks: &Walks,
    section: &[u8],
    oracle: &Oracle,
    entries: usize,
    kept: bool,
) -> Result<usize> {
    let reader = Exact::open(section)?;
    let (mut memo, mut asked) = (Memo::new(entries), 0);
    for stack in &walks.stacks {
        for &pc in stack {
            let answer = memo.lookup(pc, || {
                asked += 1;
                reader.lookup(pc, &mut [])
            })?;
            ensure!(
                oracle.permits::<Exact>(pc, answer),
                "a memo of {entries} entries answers {answer:?} at {pc:#x}"
            );
        }
        if !kept {
            memo.clear();
        }
    }
    Ok(asked)
}
