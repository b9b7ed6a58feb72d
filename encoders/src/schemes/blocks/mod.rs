//! `blocks`: exact PCs in short blocks; a map is what its block has in common
//! and what sets its row apart.
//!
//! ```text
//! ┌────────────┬──────┬──────────────────────┐
//! │ header: 12 │ data │ page: u32[pages + 1] │
//! └────────────┴──────┴──────────────────────┘
//!   header = data bytes: u32 │ scratch words: u32 │ log2 of the units of pc, slot,
//!            frame size and page: u8[4]
//!   page   = where in the data its blocks start
//!
//!   block of at most 16 safepoints (rows) of one page and one frame size:
//! ┌───────────┬──────────────┬─────────────────────────────┬────────────┬─────┐
//! │ head: u48 │ low: u8[rows]│ high and value: bits[rows]  │ frame size │ map │
//! └───────────┴──────────────┴─────────────────────────────┴────────────┴─────┘
//!   head      = block bytes: 16 │ rows - 1: 4 │ first high: 8 │ high bits: 3
//!               │ value bits: 6 │ small: 1 │ 10 for the map
//!   small map = common: u8[]               common bytes: 3 │ start of the window: 6
//!   large map = restart, toggle: bits[]    start bits: 4 │ length bits: 3
//! ```
//!
//! Shifting a PC gives its page, and that its blocks: there is no search. What
//! the PC lies above the start of the page is looked for in each block: its low
//! byte among all the rows' at once, and where that occurs, the rest in the
//! row's `high`, which counts from the block's first. So the answer is exact.
//!
//! A row's `value` says how its map differs from the block's:
//!
//! * A block is *small* when all its slots lie among the first 56. The slots
//!   that differ between its rows lie in a window, and the value is a row's own
//!   bits of it, added to what is `common` to all.
//! * A *large* block starts from the map of its first row, the restart map, as
//!   `runs, (gap, length - 1)[runs]` in ULEB. From row to row some runs of slots
//!   toggle; the value is the number of toggles up to a row, each a start and a
//!   length of fixed width. Their order is of no account.
//!
//! The blocks of a page lie in no order that matters, so rows of one frame size
//! are gathered from all of the page. Pages hold few rows: 8 on average, and
//! more where frames are so large that finding the row is not what costs. Which
//! is up to the writer; [`blocks_dense`](crate::blocks_dense) takes larger ones.
//!
//! Safepoints without live references may be rows too: of a map without slots.
//! This scheme's writer is not told of them; [`blocks_tri`](crate::blocks_tri)'s is.
//!
//! Sources: pages from Tarditi (ISMM 2000) and Go's `findfunctab`; low and high
//! parts as in Elias–Fano (Vigna, WSDM 2013); fixed-width rows as in Android
//! ART's `BitTable`; blocks as in wasmtime#13628. That the live slots of giant
//! frames form one or two long runs was measured here.

mod head;
pub(super) mod reader;
pub(super) mod writer;

pub use reader::Reader;

use crate::{EncodeError, Encoder, Malformed, Section, Table};

/// Common maps and toggles in short blocks, found by page.
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

impl Encoder for Blocks {
    const NAME: &'static str = "blocks";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table.iter_maps(), writer::PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
