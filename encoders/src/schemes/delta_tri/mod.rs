//! `delta-tri`: [`delta`](crate::delta) with every safepoint a row.
//!
//! ```text
//!   block of at most 32 safepoints:
//! ┌───────────────────────────────┐
//! │ row 0: uleb token             │  with `empties`, 0b…010: row 1 is one
//! │ [change: uleb token]          │
//! │ [extra: uleb]                 │
//! ├───────────────────────────────┤
//! │ row 1: uleb token             │  without live slots, and without changes
//! ├───────────────────────────────┤
//! │ row 2: uleb token             │
//! │ [change: uleb token]          │  from row 0
//! │ [extra: uleb]                 │
//! ├───────────────────────────────┤
//! │ ...                           │
//! └───────────────────────────────┘
//! ```
//!
//! A safepoint without live references takes a PC delta, and one bit of its
//! block's `empties`. It leaves the running map and frame size alone,
//! because the next map is likely to be that of before. The reader is that of
//! `delta`, unchanged.

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::delta::reader::Reader;
use crate::schemes::delta::writer::write;
use crate::section::Section;
use crate::table::Table;

/// Rows of deltas that list safepoints without live references too.
#[derive(Clone, Copy, Debug)]
pub struct DeltaTri;

/// Rows of a block: more than those of `delta`, because the rows without live
/// slots among them take little room and are soon passed.
const BLOCK_ROWS: usize = 32;

impl Encoder for DeltaTri {
    const NAME: &'static str = "delta-tri";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = true;
    const TRI_STATE: bool = true;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        if !table.is_complete() {
            return Err(EncodeError::IncompleteTable { scheme: Self::NAME });
        }
        write(Self::NAME, table.iter(), BLOCK_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
