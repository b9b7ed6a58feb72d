//! `exact`: what Wasmtime writes today, byte for byte. The baseline.
//!
//! ```text
//! ┌────────────────┬────────────────┬─────────────────────┬───────────────┐
//! │ count: u32     │ pc: u32[count] │ offset: u32[count]  │ data: u32[..] │
//! └────────────────┴────────────────┴─────────────────────┴───────────────┘
//!   data[offset..] = frame_size: u32 │ words: u32 │ bitmap: u32[words]
//! ```
//!
//! * `pc` holds the safepoints' return addresses, ascending.
//! * `offset` says where in `data` the record of the same entry starts, in
//!   words of four bytes.
//! * A bit of a `bitmap` stands for 4 bytes of frame.
//!
//! Safepoints without live references are not recorded. Lookup searches `pc`
//! by halving for an exact match and reads the record in place.
//!
//! Source: `wasmtime-environ`, `src/compile/stack_maps.rs` and
//! `src/stack_map.rs` (wasmtime#10404).

pub(super) mod reader;
pub(super) mod writer;

pub use reader::Reader;

use crate::bits::record_writer::append_record;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Wasmtime's own format.
#[derive(Clone, Copy, Debug)]
pub struct Exact;

impl Encoder for Exact {
    const NAME: &'static str = "exact";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table.iter_maps(), |data, safepoint| {
            append_record(Self::NAME, data, safepoint)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
