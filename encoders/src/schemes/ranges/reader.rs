//! A search for the range around a PC, then a record read in place.

use crate::bits::record::BitmapMap;
use crate::bits::split::{split_u32, split_u32s};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// Sorted range starts, parallel ends and offsets, and the words they point
/// into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    starts: &'s [[u8; 4]],
    ends: &'s [[u8; 4]],
    offsets: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (count, rest) = split_u32(section)?;
        let (starts, rest) = split_u32s(rest, count as usize)?;
        let (ends, rest) = split_u32s(rest, count as usize)?;
        let (offsets, rest) = split_u32s(rest, count as usize)?;
        let (data, tail) = rest.as_chunks();
        if !tail.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(Reader {
            starts,
            ends,
            offsets,
            data,
        })
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = BitmapMap<'s>
    where
        's: 'm;

    #[inline]
    fn lookup<'m>(&self, pc: u32, _: &'m mut [u64]) -> Result<Lookup<BitmapMap<'s>>, Malformed>
    where
        's: 'm,
    {
        let starting_at_or_below = self
            .starts
            .partition_point(|start| u32::from_le_bytes(*start) <= pc);
        match starting_at_or_below.checked_sub(1) {
            Some(i) if pc < u32::from_le_bytes(self.ends[i]) => {
                BitmapMap::read(self.data, self.offsets[i])
            }
            _ => Ok(Lookup::Missing),
        }
    }
}
