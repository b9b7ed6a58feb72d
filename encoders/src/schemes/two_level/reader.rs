//! A page, a search within it, then an index of an index.

use super::width::width;
use crate::bits::record::BitmapMap;
use crate::bits::split::{split, split_u32, split_u32s};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// An opened section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    first: &'s [[u8; 4]],
    lows: &'s [[u8; 2]],
    indexes: &'s [u8],
    width: usize,
    records: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    pub(super) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (pages, rest) = split_u32(section)?;
        let (rows, rest) = split_u32(rest)?;
        let (maps, rest) = split_u32(rest)?;
        let width = width(maps);
        let (rows, pages) = (rows as usize, pages as usize);
        let (first, rest) = split_u32s(rest, pages.checked_add(1).ok_or(Malformed::Truncated)?)?;
        let (lows, rest) = split(rest, rows.checked_mul(2).ok_or(Malformed::Truncated)?)?;
        let (indexes, rest) = split(rest, rows.checked_mul(width).ok_or(Malformed::Truncated)?)?;
        let (records, rest) = split_u32s(rest, maps as usize)?;
        Ok(Reader {
            first,
            lows: lows.as_chunks().0,
            indexes,
            width,
            records,
            data: rest.as_chunks().0,
        })
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = BitmapMap<'s>
    where
        's: 'm;

    fn lookup<'m>(&self, pc: u32, _: &'m mut [u64]) -> Result<Lookup<BitmapMap<'s>>, Malformed>
    where
        's: 'm,
    {
        let bounds = self.first.get((pc >> 16) as usize..);
        let Some([from, to]) = bounds.and_then(<[_]>::first_chunk) else {
            return Ok(Lookup::Missing);
        };
        let (from, to) = (
            u32::from_le_bytes(*from) as usize,
            u32::from_le_bytes(*to) as usize,
        );
        let lows = self.lows.get(from..to).ok_or(Malformed::InvalidField)?;
        let Ok(row) = lows.binary_search_by_key(&(pc as u16), |low| u16::from_le_bytes(*low))
        else {
            return Ok(Lookup::Missing);
        };
        let mut index = [0; 4];
        let start = (from + row) * self.width;
        index[..self.width].copy_from_slice(&self.indexes[start..start + self.width]);
        let record = self.records.get(u32::from_le_bytes(index) as usize);
        BitmapMap::read(self.data, *record.ok_or(Malformed::InvalidField)?)
    }
}
