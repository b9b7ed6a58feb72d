//! `pc-hash`: descriptors found by hashing the return address.
//!
//! ```text
//! ┌────────────────┬──────────────────┬────────────────────────────┐
//! │ log2: u32      │ slot: u32[1<<..] │ descriptors                │
//! └────────────────┴──────────────────┴────────────────────────────┘
//!   descriptor = pc: u32 │ frame_size: u32 │ live: u16 │ offset: u16[live]
//! ```
//!
//! A `slot` is 0, or one more than where a descriptor starts, in units of two
//! bytes. There are at least twice as many slots as descriptors. An `offset` is
//! in units of four bytes.
//!
//! Source: `caml_frame_descriptors`, OCaml's `runtime/stack.h`.

mod place;
mod reader;
mod writer;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Open addressing, linear probing.
#[derive(Clone, Copy, Debug)]
pub struct PcHash;

impl Encoder for PcHash {
    const NAME: &'static str = "pc-hash";
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
