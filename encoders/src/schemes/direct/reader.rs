//! A page by shift, a row by comparing, then a record read in place.

use super::page::{MAX_PAGE_SHIFT, low};
use crate::bits::record::BitmapMap;
use crate::bits::split::{split, split_u32, split_u32s};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// The page table, the rows it leads to, and the words they point into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    page_shift: u32,
    first_rows: &'s [[u8; 4]],
    lows: &'s [[u8; 2]],
    offsets: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    pub(super) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (pages, rest) = split_u32(section)?;
        let (page_shift, rest) = split_u32(rest)?;
        let entries = (pages as usize)
            .checked_add(1)
            .ok_or(Malformed::Truncated)?;
        let (first_rows, rest) = split_u32s(rest, entries)?;
        let rows = first_rows
            .last()
            .map_or(0, |last| u32::from_le_bytes(*last));
        let lows_len = (rows as usize).checked_mul(2).ok_or(Malformed::Truncated)?;
        let (lows, rest) = split(rest, lows_len)?;
        let (offsets, rest) = split_u32s(rest, rows as usize)?;
        let (data, tail) = rest.as_chunks();
        if page_shift > MAX_PAGE_SHIFT || !tail.is_empty() {
            return Err(Malformed::InvalidField);
        }
        Ok(Reader {
            page_shift,
            first_rows,
            lows: lows.as_chunks().0,
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
        let page = (pc >> self.page_shift) as usize;
        let bounds = self.first_rows.get(page..).and_then(<[_]>::first_chunk);
        let Some([from, to]) = bounds else {
            return Ok(Lookup::Missing);
        };
        let (from, to) = (u32::from_le_bytes(*from), u32::from_le_bytes(*to));
        let lows = self.lows.get(from as usize..to as usize);
        let low = low(pc, self.page_shift);
        match lows
            .ok_or(Malformed::InvalidField)?
            .iter()
            .position(|l| *l == low)
        {
            Some(row) => BitmapMap::read(self.data, self.offsets[from as usize + row]),
            None => Ok(Lookup::Missing),
        }
    }
}
