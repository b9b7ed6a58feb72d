//! `blocks-tri`: [`blocks`](crate::blocks) with every safepoint a row.
//!
//! ```text
//! header │ granules │ blocks │ data: … │ empties: bits[rows] │ … │ pad
//! ```
//!
//! A safepoint without live references costs a `low` byte, the bits of a row,
//! and a bit in its block's `empties`. In return the reader tells a safepoint
//! known to be empty from a PC nobody ever recorded, as GraalVM and JikesRVM
//! do (`EMPTY_MAP`, `NO_MAP`), so that a forgotten map is an error and not
//! silence. The reader is `blocks`', unchanged: a section may start without
//! empties and gain them once Cranelift emits them.

use crate::{EncodeError, Encoder, Malformed, Section, Table, blocks};

/// Blocks that list safepoints without live references too.
#[derive(Clone, Copy, Debug)]
pub struct BlocksTri;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for BlocksTri {
    const NAME: &'static str = "blocks-tri";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = true;
    const TRI_STATE: bool = true;
    type Reader<'s> = blocks::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        if !table.is_complete() {
            return Err(EncodeError::IncompleteTable { scheme: Self::NAME });
        }
        blocks::write(Self::NAME, table.iter())
    }

    #[inline]
    fn open(section: &[u8]) -> Result<blocks::Reader<'_>, Malformed> {
        blocks::Reader::open(section)
    }
}

// ── reader ──────────────────────────────────────────────────────────────────
