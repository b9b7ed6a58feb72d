//! `two-level`: return addresses in two levels, small indexes, shared maps.
//!
//! ```text
//! ┌───────────────────────────┬────────────────┬──────────────────┬───────────────────────┬───────────────┐
//! │ header: u32[3]            │ first: u32[..] │ low: u16[rows]   │ index: u8[rows][..]   │ record: u32[] │
//! └───────────────────────────┴────────────────┴──────────────────┴───────────────────────┴───────────────┘
//! ```
//!
//! `header` is pages, rows and maps. `first` is the first row of each 64 KiB of
//! text; `low` the low half of each PC; `index`, in as few bytes as the number
//! of maps takes, says which map; `record` is where each map's record starts.
//!
//! Source: Tarditi, Compact Garbage Collection Tables, ISMM 2000.

mod reader;
mod width;
mod writer;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Two levels of PCs over shared maps.
#[derive(Clone, Copy, Debug)]
pub struct TwoLevel;

impl Encoder for TwoLevel {
    const NAME: &'static str = "two-level";
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
