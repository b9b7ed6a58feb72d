//! `blocks`: exact PCs in short blocks. A row's map is its block's map, changed
//! by a few bits of the row.
//!
//! ```text
//! ┌────────────┬───────────────────────────────────┬──────────────────────┐
//! │ header: 12 │ data: the blocks of page 0, 1, …  │ page: u32[pages + 1] │
//! └────────────┴───────────────────────────────────┴──────────────────────┘
//!   header   = data bytes: u32 │ scratch words: u32
//!              │ log2 of the units of PC, slot and page: u8[3] │ 0: u8
//!   page     = where in the data its blocks start
//!
//!   block of at most 16 safepoints (rows) of one page and one frame size:
//! ┌───────────┬───────────────┬────────────────────────────┬──────────────────┬──────┐
//! │ head: u48 │ low: u8[rows] │ high and delta: bits[rows] │ frame size: uleb │ maps │
//! └───────────┴───────────────┴────────────────────────────┴──────────────────┴──────┘
//!   head     = body bytes: 16 │ rows - 1: 4 │ first high: 8 │ high bits: 3
//!              │ delta bits: 6 │ large: 1 │ window start: 6 │ common bytes: 3
//!   maps     = of a small block: common: u8[common bytes]
//!              of a large block: one or more runs
//!   run      = start and longer: uleb │ [length - 2: uleb]
//! ```
//!
//! * PCs, slots and frame sizes are stored in units: all PCs of the section are
//!   multiples of its unit of PC, all slots and frame sizes of its unit of slot.
//! * The body is all of the block but its head.
//! * A page is a power of two of PC units. A row's place in its page, in units,
//!   has a `low` byte and a `high` part. The high part is stored as its distance
//!   from that of the block's first row.
//! * A row's `delta` is, in a small block, the row's slots in the window; in a
//!   large one, how many runs lead to the row.
//! * A block is *small* if all its slots lie among the first 56. The slots in
//!   which its rows differ lie in a window; `common` has the slots outside of
//!   it, which all rows share.
//! * A *large* block has runs of slots that toggle from row to row; the first
//!   row's toggle from none live. A run is `(start << 1) | longer`: one slot
//!   long, or as long as follows.
//! * A safepoint without live references may be a row too: its block is small,
//!   and its map has no slots. This scheme's writer leaves such safepoints out;
//!   that of [`blocks_tri`](crate::blocks_tri) does not.
//!
//! # Lookup
//!
//! 1. *Page.* Divide the PC by its unit and by the size of a page: a rotation
//!    and a shift. Two neighbouring entries of `page` say where the page's blocks start and
//!    end. Nothing is searched. A PC that is no multiple of the unit, or lies
//!    above the last page, is `Missing`.
//! 2. *Row.* Go through the page's blocks. Compare the low byte of the PC's
//!    place in the page with those of all rows at once; where one is equal,
//!    compare the high part. If both are equal in no block, the PC is
//!    `Missing`: answers are exact.
//! 3. *Frame size.* It stands behind the rows.
//! 4. *Map.* In a small block, it is `common` with the row's delta put into the
//!    window: one word. No slot at all means `Empty`. In a large block, toggle as
//!    many runs as the delta says, in the caller's scratch.
//!
//! # Reading beyond a block
//!
//! Sixteen low bytes are read whatever the number of rows, and bits as eight
//! bytes of which what is not asked for is masked off. So bytes beyond a block
//! are read, at most sixteen. Behind the last block these are the pages; if the
//! pages are shorter than that, the writer pads the data.
//!
//! # What the format leans on
//!
//! The order of a page's blocks does not matter, so rows of one frame size are
//! gathered from all over the page. Maps of one frame size in one page are
//! mostly those of one function, which differ by a slot or two. The live slots
//! of giant frames form one or two long runs.
//!
//! Pages hold few rows: 8 on average, and more where frames are so large that
//! finding the row is not what takes long. The writer chooses;
//! [`blocks_dense`](crate::blocks_dense) takes larger pages.
//!
//! Sources: pages from Tarditi (ISMM 2000) and Go's `findfunctab`; low and high
//! parts as in Elias–Fano (Vigna, WSDM 2013); rows of fixed width as in Android
//! ART's `BitTable`; blocks as in wasmtime#13628. That giant frames have one or
//! two long runs was measured here.

mod head; // what writer and reader must agree on
mod lanes;
mod maps;
pub(super) mod reader;
pub(super) mod writer;

#[cfg(test)]
mod tests;

pub use reader::Reader;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Maps by block and delta, found by page.
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
