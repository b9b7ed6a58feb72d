//! `ranges-consed`: PC ranges over hash-consed data records.
//!
//! ```text
//! count: u32 │ start: u32[count] │ end: u32[count] │ offset: u32[count] │ data: u32[..]
//! ```
//!
//! The layout and reader of [`ranges`](crate::ranges); as in
//! [`consed`](crate::consed), each distinct record is written once
//! (wasmtime#10431, both proposals combined).

use crate::bitmap::RecordPool;
use crate::{EncodeError, Encoder, Malformed, Section, Table, ranges};

/// PC ranges with mandatory empty maps and hash-consed data.
#[derive(Clone, Copy, Debug)]
pub struct RangesConsed;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for RangesConsed {
    const NAME: &'static str = "ranges-consed";
    const EXACT: bool = false;
    const RECORDS_EMPTIES: bool = true;
    type Reader<'s> = ranges::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        let mut pool = RecordPool::default();
        ranges::write(Self::NAME, table, |data, s| {
            pool.intern(Self::NAME, data, s)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<ranges::Reader<'_>, Malformed> {
        ranges::Reader::open(section)
    }
}

// ── reader ──────────────────────────────────────────────────────────────────
