//! `delta`: the format of `.wasmtime.addrmap`, for stack maps.
//!
//! ```text
//! ┌───────────────────────────────────┐
//! │ block_count: u32                  │
//! │ scratch_words: u32                │
//! │ slot_shift: u32                   │
//! ├───────────────────────────────────┤
//! │ block index                       │
//! │ ┌───────────────────────────────┐ │
//! │ │ first_pc: u32                 │ │  one pair per block, sorted by
//! │ │ block_end: u32                │ │  `first_pc`; `block_end` is
//! │ ├───────────────────────────────┤ │  relative to the start of the
//! │ │ ...                           │ │  block bodies area below
//! │ └───────────────────────────────┘ │
//! ├───────────────────────────────────┤
//! │ block bodies                      │
//! │ ┌───────────────────────────────┐ │
//! │ │ row: uleb token               │ │  one row per safepoint in the
//! │ │ [change: uleb token]          │ │  block; no change or any number
//! │ │ [extra: uleb]                 │ │  of them
//! │ ├───────────────────────────────┤ │
//! │ │ ...                           │ │
//! │ └───────────────────────────────┘ │
//! │ ┌───────────────────────────────┐ │
//! │ │ ...                           │ │
//! │ └───────────────────────────────┘ │
//! └───────────────────────────────────┘
//! ```
//!
//! * Slots are counted in units of `1 << slot_shift` bytes, of which all are
//!   multiples. `scratch_words` is how many words of 64 slots the largest map
//!   decodes into.
//! * In the block index, `first_pc` is the PC of the block's first row and
//!   `block_end` where the block's body ends, relative to the end of the index.
//!   A body starts where the one before it ends.
//! * Each row is a token `(pc_delta << 1) | changes`. Here `pc_delta` is this
//!   row's PC minus that of the row before. If `changes` is not set the row has
//!   the frame size and the live slots of the row before.
//! * Otherwise the row's changes follow, each a token `(gap << 2) | (has_extra
//!   << 1) | more`, and last comes the one without `more`. It toggles a run of
//!   slots: those that were not live before now are, or the other way round.
//!   `gap` is how far the run starts above the end of the run before, plus 1
//!   (the first run's gap is relative to slot 0). A run is one slot long, or
//!   `extra + 2` slots.
//! * That leaves a `gap` of 0 to say that the frame size changes, to `extra` bytes,
//!   and that all slots become not live, since another frame is most likely another
//!   function's; it comes first. The first row of a block that has changes says so,
//!   so that blocks can be decoded independently.
//! * The first row's PC is `first_pc`, so that its token has `empties` in place
//!   of `pc_delta`: bit `i` says that row `i` has no live slots. Such a row has
//!   no changes; later rows change from the last one before it that has live slots,
//!   and a block has at most as many rows as there are bits, 32. This scheme's
//!   writer leaves such rows out, so that all bits are 0, and writes blocks of at
//!   most 16 rows; that of [`delta_tri`](crate::delta_tri) does not leave them out,
//!   and writes blocks of at most 32.
//!
//! Lookup binary searches the index for the last block whose `first_pc` is `<=`
//! the PC in question, then decodes the rows of that block's body in order,
//! looking for an exact match.
//!
//! This encoding leans on three properties of stack maps: safepoints are close
//! together (half of the PC deltas fit a token of one byte), the frame size is that of
//! the function, and from one safepoint to the next no slot changes, or one, or
//! a run of neighbours.
//!
//! Source: `wasmtime-environ`, `src/compile/address_map.rs` (wasmtime#13628).

pub(super) mod reader;
pub(super) mod writer;

pub use reader::Reader;

use crate::encoder::Encoder;
use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// Rows of deltas in blocks, found by binary search.
#[derive(Clone, Copy, Debug)]
pub struct Delta;

/// Rows of a block: a balance between the bytes of index entries and restated
/// maps, and the rows that a lookup decodes, half a block on average.
const BLOCK_ROWS: usize = 16;

impl Encoder for Delta {
    const NAME: &'static str = "delta";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        writer::write(Self::NAME, table.iter_maps(), BLOCK_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}
