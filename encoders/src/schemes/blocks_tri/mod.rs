//! `blocks-tri`: [`blocks`](crate::blocks) with every safepoint a row.
//!
//! ```text
//!   block of at most 16 safepoints of one page without live references:
//! ┌───────────┬───────────────┬──────────────────┬────────────────┐
//! │ head: u48 │ low: u8[rows] │ high: bits[rows] │ frame size = 0 │
//! └───────────┴───────────────┴──────────────────┴────────────────┘
//! ```
//!
//! A safepoint without live references is a row whose map has no slots. Such
//! rows have blocks of their own, which hold PCs and nothing else.
//!
//! In return the reader tells a safepoint that is known to be empty from a PC
//! that was never recorded, as GraalVM and JikesRVM do (`EMPTY_MAP`, `NO_MAP`).
//! A safepoint that the writer was not told of becomes an error instead of silence.
//! The reader is that of `blocks`, unchanged: a section may start without empties
//! and gain them once the compiler records them.

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::schemes::blocks::reader::Reader;
use crate::schemes::blocks::writer::{PAGE_ROWS, write};
use crate::section::Section;
use crate::table::Table;

/// Blocks that list safepoints without live references too.
#[derive(Clone, Copy, Debug)]
pub struct BlocksTri;

/// Rows of a page, as a multiple of those of `blocks`. A page may have more,
/// because those without slots lie in blocks of their own, soon passed.
const PAGE_FACTOR: usize = 3;

impl Encoder for BlocksTri {
    const NAME: &'static str = "blocks-tri";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = true;
    const TRI_STATE: bool = true;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        if !table.is_complete() {
            return Err(EncodeError::IncompleteTable { scheme: Self::NAME });
        }
        write(Self::NAME, table.iter(), PAGE_FACTOR * PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
