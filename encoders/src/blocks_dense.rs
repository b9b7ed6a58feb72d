//! `blocks-dense`: [`blocks`](crate::blocks) in larger pages.
//!
//! The same bytes to the same reader, but a page holds sixteen times as many
//! rows: fewer pages, fuller blocks, and more blocks to look through. It shows
//! what the format can be pushed to, and is no proposal: where a module is
//! small, a lookup with hot caches takes longer than today.

use crate::blocks::{self, PAGE_ROWS, Reader};
use crate::{EncodeError, Encoder, Malformed, Section, Table};

/// Bytes before speed.
#[derive(Clone, Copy, Debug)]
pub struct BlocksDense;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for BlocksDense {
    const NAME: &'static str = "blocks-dense";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    const RECOMMENDABLE: bool = false;
    type Reader<'s> = blocks::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        blocks::write(Self::NAME, table.iter_maps(), 16 * PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
