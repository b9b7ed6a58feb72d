//! `ranges`: neighbouring safepoints with equal maps become one PC range.
//!
//! ```text
//! ┌────────────┬───────────────────┬─────────────────┬────────────────────┬───────────────┐
//! │ count: u32 │ start: u32[count] │ end: u32[count] │ offset: u32[count] │ data: u32[..] │
//! └────────────┴───────────────────┴─────────────────┴────────────────────┴───────────────┘
//!   start ≤ pc < end     data[offset..] = frame_size: u32 │ words: u32 │ bitmap: u32[words]
//! ```
//!
//! * `start` is the PC of the first safepoint of a range, `end` that of the
//!   last one plus 1, as drawn in wasmtime#10431.
//! * `offset` and `data` are those of [`exact`](crate::exact).
//!
//! Ranges do not overlap, and none spans a safepoint without live references.
//! So the writer has to know of those: it demands a complete table.
//!
//! Lookup searches `start` by halving for the last range that starts at or
//! below the PC. Any PC inside a range gets its map, safepoint or not: the
//! exact-PC check is lost.

pub(super) mod reader;
pub(super) mod writer;

pub use reader::Reader;

use crate::bits::record_writer::append_record;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// PC ranges with mandatory empty maps.
#[derive(Clone, Copy, Debug)]
pub struct Ranges;

impl Encoder for Ranges {
    const NAME: &'static str = "ranges";
    const EXACT: bool = false;
    const RECORDS_EMPTIES: bool = true;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table, |data, safepoint| {
            append_record(Self::NAME, data, safepoint)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
