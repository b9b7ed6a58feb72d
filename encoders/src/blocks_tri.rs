//! `blocks-tri`: [`blocks`](crate::blocks) with every safepoint a row.
//!
//! A safepoint without live references is a row whose map has no slots. Such
//! rows have blocks of their own, of a low byte and some high bits a row. In
//! return the reader tells a safepoint known to be empty from a PC nobody ever
//! recorded, as GraalVM and JikesRVM do (`EMPTY_MAP`, `NO_MAP`), so that a
//! forgotten map is an error and not silence. The reader is `blocks`',
//! unchanged: a section may start without empties and gain them once Cranelift
//! emits them.

use crate::blocks::{self, PAGE_ROWS, Reader};
use crate::{EncodeError, Encoder, Malformed, Section, Table};

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
        blocks::write(Self::NAME, table.iter(), 3 * PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

// ── reader ──────────────────────────────────────────────────────────────────
