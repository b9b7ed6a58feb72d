//! What can be upstreamed: a scheme, with a memo of decoded answers in front of it
//! or without.

use crate::results::{Results, SchemeRow};
use std::collections::BTreeSet;

/// A scheme, with a memo or without.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The scheme's name, and the memo if there is one.
    pub name: String,
    /// The scheme.
    pub scheme: SchemeRow,
    /// Entries of the memo in front of it; 0 without one.
    pub memo: u64,
}

impl Candidate {
    /// Every scheme, and each of its memos that was executed.
    pub(super) fn all(results: &Results) -> Vec<Candidate> {
        let executed = |scheme: &SchemeRow| {
            let rows = results.executions.iter().flatten();
            let own = rows
                .filter(|row| row.scheme == scheme.name)
                .map(|row| row.memo);
            own.chain([0]).collect::<BTreeSet<_>>()
        };
        let of = |scheme: &SchemeRow| {
            let memos = executed(scheme).into_iter();
            let own = memos.map(|memo| Candidate {
                name: candidate_name(&scheme.name, memo),
                scheme: scheme.clone(),
                memo,
            });
            own.collect::<Vec<_>>()
        };
        results.schemes.iter().flat_map(of).collect()
    }

    /// What there is to review: reader, writer, compiler and memo.
    pub(crate) fn lines(&self) -> u64 {
        let scheme = &self.scheme;
        let memo = if self.memo > 0 { scheme.memo_lines } else { 0 };
        scheme.reader_lines + scheme.writer_lines + scheme.compiler_lines + memo
    }
}

/// What a scheme with so many entries before it is called.
pub(crate) fn candidate_name(scheme: &str, memo: u64) -> String {
    match memo {
        0 => scheme.to_owned(),
        entries => format!("{scheme} + memo of {entries}"),
    }
}
