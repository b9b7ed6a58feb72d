//! `ranges-consed`: PC ranges over hash-consed data records.
//!
//! ```text
//! count: u32 │ start: u32[count] │ end: u32[count] │ offset: u32[count] │ data: u32[..]
//!                                                       │   │   │
//!                                                       └───┴─┐ └─▶ record B
//!                                                             └───▶ record A, shared by any
//!                                                                   number of ranges
//! ```
//!
//! The layout and the reader are those of [`ranges`](crate::ranges); as in
//! [`consed`](crate::consed), each distinct record is written once. This is
//! both proposals of wasmtime#10431 combined.

use crate::bits::record_pool::RecordPool;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::ranges::reader::Reader;
use crate::schemes::ranges::writer::write;
use crate::section::Section;
use crate::table::Table;

/// PC ranges with mandatory empty maps and hash-consed data.
#[derive(Clone, Copy, Debug)]
pub struct RangesConsed;

impl Encoder for RangesConsed {
    const NAME: &'static str = "ranges-consed";
    const EXACT: bool = false;
    const RECORDS_EMPTIES: bool = true;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        let mut pool = RecordPool::default();
        write(Self::NAME, table, |data, safepoint| {
            pool.intern(Self::NAME, data, safepoint)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
