//! `steps-consed`: starts of equal maps over hash-consed data records.
//!
//! ```text
//! count: u32 │ start: u32[count] │ offset: u32[count] │ data: u32[..]
//!                                    │   │   │
//!                                    └───┴─┐ └─▶ record B
//!                                          └───▶ record A, shared by any number of entries
//! ```
//!
//! The layout and the reader are those of [`steps`](crate::steps); as in
//! [`consed`](crate::consed), each distinct record is written once. All entries
//! without live references share one record.

use crate::bits::record_pool::RecordPool;
use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::steps::reader::Reader;
use crate::schemes::steps::writer::write;
use crate::section::Section;
use crate::table::Table;

/// Starts of equal maps, empty maps included, and hash-consed data.
#[derive(Clone, Copy, Debug)]
pub struct StepsConsed;

impl Encoder for StepsConsed {
    const NAME: &'static str = "steps-consed";
    const EXACT: bool = false;
    const OPEN_ENDED: bool = true;
    const RECORDS_EMPTIES: bool = true;
    const TRI_STATE: bool = true;
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
