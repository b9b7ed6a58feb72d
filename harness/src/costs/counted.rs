//! Lookups that are counted rather than timed.

use crate::random::rng_for;
use crate::timing::query_pool;
use stackmap_corpus::Module;
use stackmap_encoders::Oracle;
use stackmap_reports::results::Queries;

/// What some lookups did, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub instructions: u64,
    /// Sizes of all reads from the section.
    pub bytes_read: u64,
    /// Different lines of the section, lookup by lookup.
    pub lines: u64,
    /// Different lines of the caller's scratch, lookup by lookup.
    pub scratch_lines: u64,
    /// Different lines and pages of the section, of all lookups together. Pages as
    /// if the section began with one.
    pub all_lines: u64,
    pub all_pages: u64,
    /// What the answers add up to.
    pub checksum: u64,
}

/// The first PCs of the kind that is timed, or `None` where there are none.
pub fn counted_queries(
    kind: Queries,
    module: &Module,
    oracle: &Oracle,
    seed: u64,
    n: usize,
) -> Option<Vec<u32>> {
    let mut rng = rng_for(seed, &format!("{kind}/{}", module.key()));
    let mut pcs = query_pool(kind, &module.table, oracle, &[], &mut rng)?.pcs;
    pcs.truncate(n);
    Some(pcs)
}
