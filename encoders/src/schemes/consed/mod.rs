//! `consed`: today's layout with each distinct data record written once.
//!
//! ```text
//! count: u32 │ pc: u32[count] │ offset: u32[count] │ data: u32[..]
//!                                  │   │   │
//!                                  └───┴─┐ └─▶ record B
//!                                        └───▶ record A, shared by any number of entries
//! ```
//!
//! Entries share a record wherever they lie in the section; they need not be
//! neighbours. The reader is [`exact`](crate::exact)'s, unchanged: "this
//! doesn't have any of the downsides" (wasmtime#10431).

use crate::bits::record_pool::RecordPool;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::exact::reader::Reader;
use crate::schemes::exact::writer::write;
use crate::section::Section;
use crate::table::Table;

/// Today's format with hash-consed data.
#[derive(Clone, Copy, Debug)]
pub struct Consed;

impl Encoder for Consed {
    const NAME: &'static str = "consed";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        let mut pool = RecordPool::default();
        write(Self::NAME, table.iter_maps(), |data, safepoint| {
            pool.intern(Self::NAME, data, safepoint)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
