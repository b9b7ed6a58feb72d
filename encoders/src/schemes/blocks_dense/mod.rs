//! `blocks-dense`: [`blocks`](crate::blocks) in larger pages.
//!
//! ```text
//! ┌────────────┬───────────────────────┬───────────────────────┬───┬──────────────────────┐
//! │ header: 12 │ many blocks of page 0 │ many blocks of page 1 │ … │ page: u32[pages + 1] │
//! └────────────┴───────────────────────┴───────────────────────┴───┴──────────────────────┘
//! ```
//!
//! The format and the reader are the same, but a page holds sixteen times as
//! many rows: there are fewer pages and fuller blocks, and a lookup passes more
//! blocks. The scheme shows what the format can be pushed to. It is no
//! proposal: in small modules a lookup with hot caches takes longer than
//! today's.

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::blocks::reader::Reader;
use crate::schemes::blocks::writer::{PAGE_ROWS, write};
use crate::section::Section;
use crate::table::Table;

/// Bytes before speed.
#[derive(Clone, Copy, Debug)]
pub struct BlocksDense;

/// Rows of a page, as a multiple of those of `blocks`.
const PAGE_FACTOR: usize = 16;

impl Encoder for BlocksDense {
    const NAME: &'static str = "blocks-dense";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        write(Self::NAME, table.iter_maps(), PAGE_FACTOR * PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
