//! `steps`: an entry wherever the map changes, and none for where it ends.
//!
//! ```text
//! ┌────────────┬───────────────────┬────────────────────┬───────────────┐
//! │ count: u32 │ start: u32[count] │ offset: u32[count] │ data: u32[..] │
//! └────────────┴───────────────────┴────────────────────┴───────────────┘
//!   start ≤ pc < next start     data[offset..] = frame_size: u32 │ words: u32 │ bitmap: u32[words]
//! ```
//!
//! * `start` is the PC of each safepoint whose map is not that of the safepoint
//!   before. A safepoint without live references is an entry like any other,
//!   with a record of frame size 0 and no words: "mandatory empty maps"
//!   (wasmtime#10431), taken literally. So the writer has to know of those.
//! * `offset` and `data` are those of [`exact`](crate::exact).
//!
//! The issue draws ranges with a start and an end, as [`ranges`](crate::ranges)
//! has them. With empty maps as entries, an end says nothing that the next start
//! does not.
//!
//! Lookup searches `start` by halving for the last one at or below the PC. Any
//! PC above the first start gets an answer, safepoint or not: there is no check
//! left, not even for PCs of functions that have no safepoint.

pub(super) mod reader;
pub(super) mod writer;

pub use reader::Reader;

use crate::bits::record_writer::append_record;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Starts of equal maps, empty maps included.
#[derive(Clone, Copy, Debug)]
pub struct Steps;

impl Encoder for Steps {
    const NAME: &'static str = "steps";
    const EXACT: bool = false;
    const OPEN_ENDED: bool = true;
    const RECORDS_EMPTIES: bool = true;
    const TRI_STATE: bool = true;
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
