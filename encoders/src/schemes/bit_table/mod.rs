//! `bit-table`: columns of as few bits as their largest value takes.
//!
//! ```text
//! ┌─────────────┬──────────────────────────────┬────────┐
//! │ groups: u32 │ first: u32 │ pos: u32 [each] │ bodies │
//! └─────────────┴──────────────────────────────┴────────┘
//!   body = rows: uleb │ frame_size: uleb │ maps: uleb │ pc bits: uleb │ map bits: uleb
//!          │ pc: bits[rows] │ index: bits[rows] │ map: bits[maps]
//! ```
//!
//! A group is what stands for a function: neighbours of one frame size. `pc` is
//! the distance to the group's first PC, `index` which of the group's different
//! maps it is, and `map` a bit for each slot of eight bytes, or of four.
//!
//! Source: ART's `runtime/oat/stack_map.h` and `libartbase/base/bit_table.h`.

mod reader;
mod width;
mod writer;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// A bit table for each run of one frame size.
#[derive(Clone, Copy, Debug)]
pub struct BitTable;

impl Encoder for BitTable {
    const NAME: &'static str = "bit-table";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = reader::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table)
    }

    fn open(section: &[u8]) -> Result<reader::Reader<'_>, Malformed> {
        reader::Reader::open(section)
    }
}
