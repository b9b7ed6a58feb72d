//! `direct`: the PC itself says where to look.
//!
//! ```text
//! ┌───────────┬───────────────────────────┬────────────────┬───────────────────┬──────────┐
//! │ header: 8 │ first row: u32[pages + 1] │ low: u16[rows] │ offset: u32[rows] │ data: u32│
//! └───────────┴───────────────────────────┴────────────────┴───────────────────┴──────────┘
//!   header = pages: u32 │ log2 of the bytes of a page: u32
//! ```
//!
//! The text is cut into pages of a power of two of bytes, at most 64 KiB, such
//! that one holds four safepoints on average.
//!
//! * `first row` leads from a page to its safepoints, the rows from its own
//!   entry up to the next page's.
//! * `low` is a safepoint's distance from the start of its page.
//! * `offset` and hash-consed `data` are [`consed`](crate::consed)'s.
//!
//! Lookup shifts the PC, which gives its page, compares the page's `low`s one
//! by one, and reads the record in place. Nothing is searched by halving: a
//! lookup takes four cache lines and the map's.
//!
//! Source: the direct indexes of GraalVM's `CodeInfoTable` and Go's
//! `findfunctab`.

mod page;
mod reader;
mod writer;

pub use reader::Reader;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Hash-consed data under a direct index.
#[derive(Clone, Copy, Debug)]
pub struct Direct;

impl Encoder for Direct {
    const NAME: &'static str = "direct";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
