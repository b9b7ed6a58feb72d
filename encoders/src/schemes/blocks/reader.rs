//! The reader.

use super::head::{HEAD, HEADER, ROWS};
use crate::bits::uleb::read_uleb;
use crate::bits::words::{WordMap, cleared, mask, toggle};
use crate::{Lookup, Malformed};

/// The data, the pages that lead into it, and its units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    data: &'s [u8],
    pages: &'s [[u8; 4]],
    scratch: u32,
    /// Log2 of each, a byte each: PC, slot, frame size, page.
    units: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        let Some((header, data)) = section.split_first_chunk::<HEADER>() else {
            let empty = section.is_empty().then(Reader::default);
            return empty.ok_or(Malformed::Truncated);
        };
        let ([len, scratch, units], _) = header.as_chunks() else {
            return Err(Malformed::Truncated);
        };
        let len = u32::from_le_bytes(*len) as usize;
        let (_, pages) = data.split_at_checked(len).ok_or(Malformed::Truncated)?;
        Ok(Reader {
            data,
            pages: pages.as_chunks().0,
            scratch: u32::from_le_bytes(*scratch),
            units: u32::from_le_bytes(*units),
        })
    }

    #[inline]
    fn unit(&self, i: u32) -> u32 {
        self.units >> (8 * i) & 31
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = WordMap<'m>
    where
        's: 'm;

    fn scratch_words(&self) -> usize {
        self.scratch as usize
    }

    #[inline]
    fn lookup<'m>(&self, pc: u32, scratch: &'m mut [u64]) -> Result<Lookup<WordMap<'m>>, Malformed>
    where
        's: 'm,
    {
        // A PC that is no multiple of its unit becomes one beyond all pages.
        let unit = pc.rotate_right(self.unit(0));
        let pages = self.pages.get((unit >> self.unit(3)) as usize..);
        let Some([from, to]) = pages.and_then(<[_]>::first_chunk) else {
            return Ok(Lookup::Missing);
        };
        let mut at = u32::from_le_bytes(*from) as usize;
        let within = unit & ((1 << self.unit(3)) - 1);
        while at < u32::from_le_bytes(*to) as usize {
            let block = Block::at(self.data, at)?;
            if let Some(value) = block.find(within)? {
                return block.decode(value, self, scratch);
            }
            match block.field(0, 16) {
                0 => return Err(Malformed::InvalidField),
                len => at += len as usize,
            }
        }
        Ok(Lookup::Missing)
    }
}

/// A block, from its head on.
struct Block<'s> {
    bytes: &'s [u8],
    head: u64,
}

impl<'s> Block<'s> {
    #[inline]
    fn at(data: &'s [u8], at: usize) -> Result<Self, Malformed> {
        let bytes = data.get(at..).ok_or(Malformed::Truncated)?;
        let head = word(bytes, 0)?;
        Ok(Block { bytes, head })
    }

    /// The head's `n` bits from bit `at` on.
    #[inline]
    fn field(&self, at: u32, n: u32) -> u32 {
        (self.head >> at & mask(n)) as u32
    }

    #[inline]
    fn rows(&self) -> usize {
        self.field(16, 4) as usize + 1
    }

    /// Bits of a row: of its high part, and of its value.
    #[inline]
    fn row_bits(&self) -> (u32, u32) {
        (self.field(28, 3), self.field(31, 6))
    }

    /// The value of the row that lies `within` above the start of the page.
    #[inline]
    fn find(&self, within: u32) -> Result<Option<u64>, Malformed> {
        const LOW7: u128 = u128::from_ne_bytes([0x7f; ROWS]);
        let lows = self.bytes.get(HEAD..).and_then(<[u8]>::first_chunk);
        let lows = u128::from_le_bytes(*lows.ok_or(Malformed::Truncated)?);
        let low = u64::from(within as u8) * (u64::MAX / 255);
        let differing = lows ^ (u128::from(low) << 64 | u128::from(low));
        let mut equal = !(((differing & LOW7) + LOW7) | differing | LOW7);
        let high = (within >> 8).wrapping_sub(self.field(20, 8));
        let (high_bits, value_bits) = self.row_bits();
        while equal != 0 {
            let row = equal.trailing_zeros() as usize / 8;
            if row >= self.rows() {
                break;
            }
            let bit = row * (high_bits + value_bits) as usize;
            let row_word = word(self.bytes, HEAD + self.rows() + bit / 8)? >> (bit % 8);
            if row_word & mask(high_bits) == high.into() {
                return Ok(Some(row_word >> high_bits & mask(value_bits)));
            }
            equal &= equal - 1;
        }
        Ok(None)
    }

    /// The map of the row that has `value`.
    #[inline]
    fn decode<'m>(
        &self,
        value: u64,
        reader: &Reader<'_>,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<WordMap<'m>>, Malformed> {
        let (high_bits, value_bits) = self.row_bits();
        let bits = self.rows() * (high_bits + value_bits) as usize;
        let mut at = HEAD + self.rows() + bits.div_ceil(8);
        let frame_size = read_uleb(self.bytes, &mut at)? << reader.unit(2);
        let (first, rest) = if self.field(37, 1) == 1 {
            let common = word(self.bytes, at)? & mask(self.field(38, 3) * 8);
            let map = common ^ value << self.field(41, 6);
            if map == 0 {
                return Ok(Lookup::Empty);
            }
            (map, &[][..])
        } else {
            let map = cleared(scratch, frame_size, reader.unit(1), reader.scratch)?;
            self.decode_large(at, value as u32, map)?;
            let (first, rest) = map.split_first().ok_or(Malformed::InvalidField)?;
            (*first, rest)
        };
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot: reader.unit(1),
            first,
            rest,
        }))
    }

    fn decode_large(&self, mut at: usize, toggles: u32, map: &mut [u64]) -> Result<(), Malformed> {
        let mut end = 0u32;
        for _ in 0..read_uleb(self.bytes, &mut at)? {
            let start = end.wrapping_add(read_uleb(self.bytes, &mut at)?);
            let length = read_uleb(self.bytes, &mut at)?.wrapping_add(1);
            toggle(map, start, length)?;
            end = start.wrapping_add(length);
        }
        let (start_bits, length_bits) = (self.field(38, 4), self.field(42, 3));
        if toggles > 8 * self.field(0, 16) {
            return Err(Malformed::InvalidField);
        }
        for i in 0..toggles {
            let bit = (i * (start_bits + length_bits)) as usize;
            let fields = word(self.bytes, at + bit / 8)? >> (bit % 8);
            let length = (fields >> start_bits & mask(length_bits)) + 1;
            toggle(map, (fields & mask(start_bits)) as u32, length as u32)?;
        }
        Ok(())
    }
}

/// Eight bytes, of which seven hold what is asked for.
#[inline]
fn word(bytes: &[u8], at: usize) -> Result<u64, Malformed> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    Ok(u64::from_le_bytes(*bytes.ok_or(Malformed::Truncated)?))
}
