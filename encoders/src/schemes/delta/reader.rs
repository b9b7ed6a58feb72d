//! A block by binary search, then its rows in order.

use crate::bits::split::{split_u32, split_u32s};
use crate::bits::uleb::{field, read_uleb};
use crate::bits::words::{WordMap, frame_words, toggle};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// The block index, the bodies it leads into, and how maps are decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    /// `[first_pc, block_end]` of each block.
    index: &'s [[[u8; 4]; 2]],
    bodies: &'s [u8],
    scratch_words: u32,
    slot_shift: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (block_count, rest) = split_u32(section)?;
        let (scratch_words, rest) = split_u32(rest)?;
        let (slot_shift, rest) = split_u32(rest)?;
        let words = (block_count as usize).checked_mul(2);
        let (index, bodies) = split_u32s(rest, words.ok_or(Malformed::Truncated)?)?;
        Ok(Reader {
            index: index.as_chunks().0,
            bodies,
            scratch_words,
            slot_shift: slot_shift % u32::BITS,
        })
    }

    /// The words of scratch that hold the map of a frame.
    #[inline]
    fn map<'m>(&self, frame_size: u32, scratch: &'m mut [u64]) -> Result<&'m mut [u64], Malformed> {
        frame_words(scratch, frame_size, self.slot_shift, self.scratch_words)
    }

    /// Applies the changes that lead from one row of a body to the next.
    #[inline]
    fn change(
        &self,
        body: &[u8],
        at: &mut usize,
        frame_size: &mut u32,
        scratch: &mut [u64],
    ) -> Result<(), Malformed> {
        let mut end = 0; // of the run before
        loop {
            let token = read_uleb(body, at)?;
            let extra = match token & 2 {
                0 => None,
                _ => Some(read_uleb(body, at)?),
            };
            match token >> 2 {
                0 => {
                    *frame_size = field(extra.ok_or(Malformed::InvalidField)?)?;
                    self.map(*frame_size, scratch)?.fill(0);
                }
                gap => {
                    let start = end + gap - 1;
                    let length = extra.map_or(1, |extra| extra + 2);
                    toggle(scratch, field(start)?, field(length)?)?;
                    end = start + length;
                }
            }
            if token & 1 == 0 {
                return Ok(());
            }
        }
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
        let number = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        // The last block whose first PC is `<= pc`.
        let next = self.index.partition_point(|[first, _]| number(first) <= pc);
        let Some(block) = next.checked_sub(1) else {
            return Ok(Lookup::Missing);
        };
        let [first_pc, block_end] = &self.index[block];
        let before = block.checked_sub(1).map(|before| &self.index[before]);
        let start = before.map_or(0, |[_, end]| number(end) as usize);
        let body = self.bodies.get(start..number(block_end) as usize);
        let (body, mut at) = (body.ok_or(Malformed::Truncated)?, 0);

        let mut token = read_uleb(body, &mut at)?;
        let (mut row_pc, mut empties) = (number(first_pc), token >> 1);
        let mut frame_size = 0;
        self.map(frame_size, scratch)?.fill(0);
        while row_pc <= pc {
            if token & 1 != 0 {
                self.change(body, &mut at, &mut frame_size, scratch)?;
            }
            if row_pc == pc && empties & 1 != 0 {
                return Ok(Lookup::Empty);
            }
            if row_pc == pc {
                let map = self.map(frame_size, scratch)?.split_first();
                let (first_word, other_words) = map.ok_or(Malformed::InvalidField)?;
                return Ok(Lookup::Map(WordMap {
                    frame_size,
                    slot_shift: self.slot_shift,
                    first_word: *first_word,
                    other_words,
                }));
            }
            if at == body.len() {
                break;
            }
            token = read_uleb(body, &mut at)?;
            row_pc = field(u64::from(row_pc) + (token >> 1))?;
            empties >>= 1;
        }
        Ok(Lookup::Missing)
    }
}
