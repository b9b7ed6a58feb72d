//! `consed`: today's layout with each distinct data record written once.
//!
//! ```text
//! count: u32 │ pc: u32[count] │ offset: u32[count] │ data: u32[..]
//!                                  │   │   │
//!                                  └───┴─┐ └─▶ record B
//!                                        └───▶ record A, shared by any number of entries
//! ```
//!
//! Sharing is global to the section, so entries need not be neighbours. The
//! reader is [`exact`](crate::exact)'s, unchanged: "this doesn't have any of
//! the downsides" (wasmtime#10431).

use crate::bitmap::RecordPool;
use crate::{EncodeError, Encoder, Malformed, Section, Table, exact};

/// Today's format with hash-consed data.
#[derive(Clone, Copy, Debug)]
pub struct Consed;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Consed {
    const NAME: &'static str = "consed";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = exact::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        let mut pool = RecordPool::default();
        exact::write(table, |data, s| pool.intern(Self::NAME, data, s))
    }

    #[inline]
    fn open(section: &[u8]) -> Result<exact::Reader<'_>, Malformed> {
        exact::Reader::open(section)
    }
}

// ── reader ──────────────────────────────────────────────────────────────────
