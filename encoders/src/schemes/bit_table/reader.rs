//! A group by search, a row of it by search, then the bits of its map.

use super::width::width;
use crate::bits::split::{split_u32, split_u32s};
use crate::bits::uleb::read_uleb;
use crate::bits::words::WordMap;
use crate::encoder::Lookup;
use crate::error::Malformed;

/// An opened section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    slot_shift: u32,
    scratch_words: u32,
    groups: &'s [[[u8; 4]; 2]],
    bodies: &'s [u8],
}

impl<'s> Reader<'s> {
    pub(super) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (count, rest) = split_u32(section)?;
        let (scratch_words, rest) = split_u32(rest)?;
        let (slot_shift, rest) = split_u32(rest)?;
        let words = (count as usize)
            .checked_mul(2)
            .ok_or(Malformed::Truncated)?;
        let (groups, bodies) = split_u32s(rest, words)?;
        Ok(Reader {
            slot_shift: slot_shift % u32::BITS,
            scratch_words,
            groups: groups.as_chunks().0,
            bodies,
        })
    }

    /// Up to 32 bits from a bit of the bodies on.
    fn bits(&self, at: usize, count: u32) -> Result<u32, Malformed> {
        let bytes = self.bodies.get(at / 8..).ok_or(Malformed::Truncated)?;
        let mut word = [0; 8];
        let there = bytes.len().min(8);
        word[..there].copy_from_slice(&bytes[..there]);
        Ok((u64::from_le_bytes(word) >> (at % 8) & ((1 << count) - 1)) as u32)
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

    fn lookup<'m>(&self, pc: u32, scratch: &'m mut [u64]) -> Result<Lookup<WordMap<'m>>, Malformed>
    where
        's: 'm,
    {
        let number = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        let next = self
            .groups
            .partition_point(|[first, _]| number(first) <= pc);
        let Some(group) = next.checked_sub(1) else {
            return Ok(Lookup::Missing);
        };
        let [first, pos] = &self.groups[group];
        let (pc, mut at) = (pc - number(first), number(pos) as usize);
        let mut field = || read_uleb(self.bodies, &mut at);
        let (rows, frame_size, maps) = (field()?, field()?, field()?);
        let (pc_bits, map_bits) = (field()?, field()?);
        let (rows, index_bits) = (rows as usize, width(maps.saturating_sub(1)));
        if pc_bits > 32
            || map_bits.div_ceil(64) > self.scratch_words
            || rows > self.bodies.len() * 8
        {
            return Err(Malformed::InvalidField);
        }
        let (mut low, mut high) = (0, rows);
        while low < high {
            let row = low.midpoint(high);
            match self.bits(at * 8 + row * pc_bits as usize, pc_bits)? < pc {
                true => low = row + 1,
                false => high = row,
            }
        }
        let start = at * 8 + low * pc_bits as usize;
        if low == rows || self.bits(start, pc_bits)? != pc {
            return Ok(Lookup::Missing);
        }
        let indexes = at * 8 + rows * pc_bits as usize;
        let index = self.bits(indexes + low * index_bits as usize, index_bits)? as usize;
        let map = indexes + rows * index_bits as usize + index * map_bits as usize;
        let words = scratch.get_mut(..map_bits.div_ceil(64).max(1) as usize);
        let words = words.ok_or(Malformed::ScratchTooSmall)?;
        words.fill(0);
        for bit in (0..map_bits).step_by(32) {
            let part = self.bits(map + bit as usize, (map_bits - bit).min(32))?;
            words[bit as usize / 64] |= u64::from(part) << (bit % 64);
        }
        let (first_word, other_words) = words.split_first().ok_or(Malformed::InvalidField)?;
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot_shift: self.slot_shift,
            first_word: *first_word,
            other_words,
        }))
    }
}
