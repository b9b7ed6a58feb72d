//! The lookup, in the steps that [the format](super) tells.

use super::head::{HEAD_BYTES, HEADER_BYTES, unpack};
use super::lanes::lanes_equal;
use crate::bits::mask::mask;
use crate::bits::uleb::{field, read_uleb};
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
    pc_shift: u32,
    slot_shift: u32,
    page_shift: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        let Some((header, data)) = section.split_first_chunk::<HEADER_BYTES>() else {
            let empty = section.is_empty().then(Reader::default);
            return empty.ok_or(Malformed::Truncated);
        };
        let fields = header.as_chunks().0;
        let [data_bytes, scratch_words, shifts] = [0, 1, 2].map(|i| u32::from_le_bytes(fields[i]));
        let pages = data.get(data_bytes as usize..);
        // None is above 16; damaged bytes must not shift by 32 and over.
        let shift = |byte| u32::from(byte) % u32::BITS;
        let [pc_shift, slot_shift, page_shift, _] = shifts.to_le_bytes().map(shift);
        Ok(Reader {
            data,
            pages: pages.ok_or(Malformed::Truncated)?.as_chunks().0,
            scratch_words,
            pc_shift,
            slot_shift,
            page_shift,
        })
    }

    /// Step 1: where in the data the blocks of a PC's page start and end, and
    /// the PC's place in the page, in units from its start.
    ///
    /// Rotating divides a PC that is a multiple of the unit by it. The low bits
    /// of any other PC move to the top, so that it comes out at `1 << (32 -
    /// shift)` or more. That is beyond the last page: counted in units, every
    /// recorded PC is below it, and it is a multiple of a page.
    #[inline]
    pub(super) fn page_of(&self, pc: u32) -> Option<(usize, usize, u32)> {
        let units = pc.rotate_right(self.pc_shift);
        let bounds = self.pages.get((units >> self.page_shift) as usize..)?;
        let [start, end] = bounds.first_chunk()?;
        let [start, end] = [start, end].map(|at| u32::from_le_bytes(*at) as usize);
        Some((start, end, units & mask(self.page_shift) as u32))
    }

    /// Steps 3 and 4: the frame size and the map of a row with this delta.
    #[inline]
    fn decode<'m>(
        &self,
        block: &[u8],
        head: u64,
        delta: u64,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<WordMap<'m>>, Malformed> {
        let [_, last_row, _, high_bits, delta_bits, layout @ ..] = unpack(head);
        let [is_large, window_start, common_bytes] = layout;
        let rows = last_row as usize + 1;
        let row_bits = (high_bits + delta_bits) as usize;
        let mut at = HEAD_BYTES + rows + (rows * row_bits).div_ceil(8);
        let frame_size = field(read_uleb(block, &mut at)? << self.slot_shift)?;
        let (first_word, other_words) = if is_large == 0 {
            let common = word_at(block, at)? & mask(8 * common_bytes);
            (common | delta << window_start, &[][..])
        } else {
            let map = frame_words(scratch, frame_size, self.slot_shift, self.scratch_words)?;
            map.fill(0);
            for _ in 0..delta {
                let token = read_uleb(block, &mut at)?;
                let extra = match token & 1 {
                    0 => None,
                    _ => Some(read_uleb(block, &mut at)?),
                };
                let length = field(extra.map_or(1, |extra| extra + 2))?;
                toggle(map, field(token >> 1)?, length)?;
            }
            let (first, others) = map.split_first().ok_or(Malformed::InvalidField)?;
            (*first, others)
        };
        if first_word == 0 && other_words.is_empty() {
            return Ok(Lookup::Empty);
        }
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot_shift: self.slot_shift,
            first_word,
            other_words,
        }))
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
        let Some((mut at, end, place)) = self.page_of(pc) else {
            return Ok(Lookup::Missing);
        };
        // The page's blocks follow one another; only they know their length.
        while at < end {
            let block = self.data.get(at..).ok_or(Malformed::Truncated)?;
            let head = word_at(block, 0)?;
            if let Some(delta) = find(block, head, place)? {
                return self.decode(block, head, delta, scratch);
            }
            let [body_bytes, ..] = unpack(head);
            at += HEAD_BYTES + body_bytes as usize;
        }
        Ok(Lookup::Missing)
    }
}

/// Step 2: the delta of the row at this place in the page, if there is one.
#[inline]
fn find(block: &[u8], head: u64, place: u32) -> Result<Option<u64>, Malformed> {
    let [_, last_row, first_high, high_bits, delta_bits, ..] = unpack(head);
    let lows = block.get(HEAD_BYTES..).and_then(<[u8]>::first_chunk);
    let mut candidates = lanes_equal(*lows.ok_or(Malformed::Truncated)?, place as u8);
    // Below the first high part this wraps around, and equals no row's.
    let high_above_first = (place >> u8::BITS).wrapping_sub(first_high);
    while candidates != 0 {
        let row = candidates.trailing_zeros() / u8::BITS;
        if row > last_row {
            break; // Not a row: with fewer than 16, other bytes follow.
        }
        let bit = (row * (high_bits + delta_bits)) as usize;
        let row_bits = word_at(block, HEAD_BYTES + last_row as usize + 1 + bit / 8)? >> (bit % 8);
        if row_bits & mask(high_bits) == high_above_first.into() {
            return Ok(Some(row_bits >> high_bits & mask(delta_bits)));
        }
        candidates &= candidates - 1; // clears the lowest set bit
    }
    Ok(None)
}

/// Eight bytes, of which the caller may need fewer.
#[inline]
fn word_at(bytes: &[u8], at: usize) -> Result<u64, Malformed> {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    Ok(u64::from_le_bytes(*word.ok_or(Malformed::Truncated)?))
}
