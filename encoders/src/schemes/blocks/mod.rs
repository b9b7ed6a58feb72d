//! `blocks`: exact PCs in short blocks. A row's map is its block's map, changed
//! by a few bits of the row.
//!
//! ```text
//! ┌───────────────────────────────────┐
//! │ data_bytes: u32                   │
//! │ scratch_words: u32                │
//! │ pc_shift: u8                      │
//! │ slot_shift: u8                    │
//! │ page_shift: u8                    │
//! │ 0: u8                             │
//! ├───────────────────────────────────┤
//! │ data: the blocks of page 0, 1, …  │
//! │ ┌───────────────────────────────┐ │
//! │ │ head: u48                     │ │  one block per 16 safepoints (rows)
//! │ │ lows: u8[rows]                │ │  of one page and one frame size, or
//! │ │ row_bits: bits[rows]          │ │  fewer
//! │ │ frame_size: uleb              │ │
//! │ ├───────────────────────────────┤ │
//! │ │ common: u8[common_bytes]      │ │  of a small block
//! │ ├───────────────────────────────┤ │
//! │ │ run: uleb token               │ │  of a large block, any number of
//! │ │ [extra: uleb]                 │ │  them
//! │ ├───────────────────────────────┤ │
//! │ │ ...                           │ │
//! │ └───────────────────────────────┘ │
//! ├───────────────────────────────────┤
//! │ pages: u32[n + 1]                 │  where each page's blocks start in
//! └───────────────────────────────────┘  the data, and the last one's end
//!
//!   head = body_bytes: 16 │ last_row: 4 │ first_high: 8 │ high_bits: 3
//!        │ delta_bits: 6 │ is_large: 1 │ window_start: 6 │ common_bytes: 3
//! ```
//!
//! * All PCs of the section are multiples of `1 << pc_shift`, all slots and
//!   frame sizes of `1 << slot_shift`. They are stored in these units. A page is
//!   `1 << page_shift` units of PC.
//! * `scratch_words` is how many words of 64 slots the largest map decodes into.
//!   `data_bytes` leads to the pages.
//! * The head's fields stand from its lowest bit up. `body_bytes` is the block
//!   without its head. Rows that need more go to several blocks; a map that alone
//!   needs more cannot be written. `last_row` is the number of rows less one.
//! * How many pages there are is not stored: they are the rest of the section. Of a
//!   section that lost its end, the PCs of the pages lost are `Missing`.
//! * A row's PC is its page and its place in the page, in units. The low byte of
//!   the place is in `lows`. What lies above it is the high part.
//! * A row's bits are its high part, as the distance from `first_high`, that of
//!   the block's first row, in `high_bits` bits; and above it a `delta` in
//!   `delta_bits`.
//! * A block is small if all its slots lie among the first 56. The slots in
//!   which its rows differ lie in a window, from `window_start` on; a row's delta
//!   has its own. `common` has the slots outside of the window, which all rows
//!   share.
//! * A large block has runs of slots that toggle from row to row; those of the
//!   first row toggle from none live. A row's delta is how many runs lead to it,
//!   from the first on. The token of a run is `(start << 1) | has_extra`. A run is
//!   one slot long, or `extra + 2` slots.
//! * A safepoint without live references may be a row too: its block is small,
//!   and its map has no slots. This scheme's writer leaves such safepoints out;
//!   that of [`blocks_tri`](crate::blocks_tri) does not.
//!
//! # Lookup
//!
//! 1. *Page.* Divide the PC by its unit and by the size of a page: a rotation
//!    and a shift. Two neighbouring entries of `pages` say where the page's
//!    blocks start and end. Nothing is searched. A PC that is no multiple of the
//!    unit, or lies above the last page, is `Missing`.
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
