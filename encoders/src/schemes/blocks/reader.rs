//! The lookup, in the steps that [the format](super) tells.

use super::block_head::{BlockHead, LargeLayout, MAX_ROWS, SmallLayout};
use super::header::{Header, Shifts};
use super::lanes::lanes_equal;
use crate::bits::mask::mask;
use crate::bits::uleb::read_uleb;
use crate::bits::words::{WordMap, frame_words, toggle};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// An opened section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    /// Everything behind the header. Reads may run beyond the last block, into
    /// the padding and the pages.
    data: &'s [u8],
    /// Where in the data the blocks of each page start, and where the last
    /// one's end.
    pages: &'s [[u8; 4]],
    scratch_words: u32,
    shifts: Shifts,
}

/// The blocks among which a PC would be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Where in the data they start, and where they end.
    pub start: usize,
    pub end: usize,
    /// The PC's place in the page, in units of PC from its start.
    pub place: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        let Some((header, data)) = section.split_first_chunk() else {
            let empty = section.is_empty().then(Reader::default);
            return empty.ok_or(Malformed::Truncated);
        };
        let header = Header::unpack(header);
        let pages = data.split_at_checked(header.data_bytes as usize);
        let (_, pages) = pages.ok_or(Malformed::Truncated)?;
        Ok(Reader {
            data,
            pages: pages.as_chunks().0,
            scratch_words: header.scratch_words,
            shifts: header.shifts,
        })
    }

    /// Step 1: the page of a PC, if it has one.
    ///
    /// Rotating divides a PC that is a multiple of the unit by it. The low bits
    /// of any other PC move to the top, so that it comes out at `1 << (32 -
    /// shift)` or more. That is beyond the last page: counted in units, every
    /// recorded PC is below it, and it is a multiple of a page.
    #[inline]
    pub(super) fn page_of(&self, pc: u32) -> Option<Page> {
        let units = pc.rotate_right(self.shifts.pc());
        let bounds = self.pages.get((units >> self.shifts.page()) as usize..)?;
        let [start, end] = bounds.first_chunk()?;
        Some(Page {
            start: u32::from_le_bytes(*start) as usize,
            end: u32::from_le_bytes(*end) as usize,
            place: units & ((1 << self.shifts.page()) - 1),
        })
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = WordMap<'m>
    where
        's: 'm;

    fn scratch_words(&self) -> usize {
        self.scratch_words as usize
    }

    #[inline]
    fn lookup<'m>(&self, pc: u32, scratch: &'m mut [u64]) -> Result<Lookup<WordMap<'m>>, Malformed>
    where
        's: 'm,
    {
        let Some(page) = self.page_of(pc) else {
            return Ok(Lookup::Missing);
        };
        // The page's blocks follow one another; only they know their length.
        let mut at = page.start;
        while at < page.end {
            let block = Block::at(self.data, at)?;
            if let Some(delta) = block.find(page.place)? {
                return block.decode(delta, self, scratch);
            }
            match block.head().block_bytes {
                // The page would never end.
                0 => return Err(Malformed::InvalidField),
                bytes => at += bytes as usize,
            }
        }
        Ok(Lookup::Missing)
    }
}

/// A block.
struct Block<'s> {
    /// The data from the block on, not cut off at its end.
    bytes: &'s [u8],
    packed_head: u64,
}

impl<'s> Block<'s> {
    #[inline]
    fn at(data: &'s [u8], at: usize) -> Result<Self, Malformed> {
        let bytes = data.get(at..).ok_or(Malformed::Truncated)?;
        let packed_head = word_at(bytes, 0)?;
        Ok(Block { bytes, packed_head })
    }

    /// The head, unpacked wherever it is asked for, so that each use computes
    /// the fields that it needs and no others.
    #[inline]
    fn head(&self) -> BlockHead {
        BlockHead::unpack(self.packed_head)
    }

    /// Step 2: the delta of the row at this place in the page, if there is one.
    #[inline]
    fn find(&self, place: u32) -> Result<Option<u64>, Malformed> {
        let lows = self.bytes.get(BlockHead::BYTES..);
        let lows = lows.and_then(<[u8]>::first_chunk::<MAX_ROWS>);
        let mut candidates = lanes_equal(*lows.ok_or(Malformed::Truncated)?, place as u8);
        // Below the first high part this wraps around, and equals no row's.
        let high_above_first = (place >> u8::BITS).wrapping_sub(self.head().first_high);
        let (high_bits, delta_bits) = (self.head().high_bits, self.head().delta_bits);
        while candidates != 0 {
            let row = (candidates.trailing_zeros() / u8::BITS) as usize;
            if row >= self.head().rows {
                break; // Not a row: with fewer than 16, other bytes follow.
            }
            let bit = row * self.head().row_bits();
            let high_and_delta = bits_at(self.bytes, self.head().row_bits_at(), bit)?;
            if high_and_delta & mask(high_bits) == high_above_first.into() {
                return Ok(Some(high_and_delta >> high_bits & mask(delta_bits)));
            }
            candidates &= candidates - 1; // clears the lowest set bit
        }
        Ok(None)
    }

    /// Steps 3 and 4: the frame size, and the map of the row with this delta.
    #[inline]
    fn decode<'m>(
        &self,
        delta: u64,
        reader: &Reader<'_>,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<WordMap<'m>>, Malformed> {
        let mut at = self.head().frame_size_at();
        let frame_size = (read_uleb(self.bytes, &mut at)? as u32) << reader.shifts.frame();
        let (first_word, other_words) = if self.head().is_small {
            let map = self.decode_small(at, delta)?;
            if map == 0 {
                return Ok(Lookup::Empty);
            }
            (map, &[][..])
        } else {
            let slot_shift = reader.shifts.slot();
            let map = frame_words(scratch, frame_size, slot_shift, reader.scratch_words)?;
            map.fill(0);
            self.decode_large(at, delta as u32, map)?;
            let (first, others) = map.split_first().ok_or(Malformed::InvalidField)?;
            (*first, others)
        };
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot_shift: reader.shifts.slot(),
            first_word,
            other_words,
        }))
    }

    /// A small map: what all rows have in common, in which the window is clear,
    /// and the row's own slots in the window.
    #[inline]
    fn decode_small(&self, common_at: usize, window: u64) -> Result<u64, Malformed> {
        let layout = || SmallLayout::unpack(self.head().layout);
        let common = word_at(self.bytes, common_at)? & mask(8 * layout().common_bytes);
        Ok(common | window << layout().window_start)
    }

    /// A large map: the first row's, and the toggles that lead from it to the
    /// row.
    fn decode_large(&self, mut at: usize, toggles: u32, map: &mut [u64]) -> Result<(), Malformed> {
        let mut end = 0u32;
        for _ in 0..read_uleb(self.bytes, &mut at)? {
            let start = end.wrapping_add(read_uleb(self.bytes, &mut at)? as u32);
            let length = (read_uleb(self.bytes, &mut at)? as u32).wrapping_add(1);
            toggle(map, start, length)?;
            end = start.wrapping_add(length);
        }
        let LargeLayout {
            start_bits,
            length_bits,
        } = LargeLayout::unpack(self.head().layout);
        // No block has more toggles than bits. Damaged bytes may ask for more,
        // of no bits each, which would keep the loop busy for long.
        if toggles > 8 * self.head().block_bytes {
            return Err(Malformed::InvalidField);
        }
        for i in 0..toggles {
            let bit = (i * (start_bits + length_bits)) as usize;
            let start_and_length = bits_at(self.bytes, at, bit)?;
            let start = start_and_length & mask(start_bits);
            let length = (start_and_length >> start_bits & mask(length_bits)) + 1;
            toggle(map, start as u32, length as u32)?;
        }
        Ok(())
    }
}

/// The bits of a sequence that starts at byte `at`, from bit `bit` on. At least
/// [`ROW_BITS`](super::block_head::ROW_BITS) are read; the caller masks off
/// those that it did not ask for.
#[inline]
fn bits_at(bytes: &[u8], at: usize, bit: usize) -> Result<u64, Malformed> {
    Ok(word_at(bytes, at + bit / 8)? >> (bit % 8))
}

/// Eight bytes, of which the caller may need fewer.
#[inline]
fn word_at(bytes: &[u8], at: usize) -> Result<u64, Malformed> {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    Ok(u64::from_le_bytes(*word.ok_or(Malformed::Truncated)?))
}
