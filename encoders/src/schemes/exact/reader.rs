//! Reads what [`super`] draws: a search for an exact match, then a record read
//! in place.

use crate::bits::record::BitmapMap;
use crate::bits::split::{split_u32, split_u32s};
use crate::encoder::Lookup;
use crate::error::Malformed;

/// An opened section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    /// In ascending order.
    pub(crate) pcs: &'s [[u8; 4]],
    /// For each PC, the word of `data` at which its record starts. `open` makes
    /// them as many as the PCs.
    pub(crate) offsets: &'s [[u8; 4]],
    /// The records, one after another.
    pub(crate) data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (count, rest) = split_u32(section)?;
        let (pcs, rest) = split_u32s(rest, count as usize)?;
        let (offsets, rest) = split_u32s(rest, count as usize)?;
        let (data, tail) = rest.as_chunks();
        if !tail.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(Reader { pcs, offsets, data })
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
        match self
            .pcs
            .binary_search_by_key(&pc, |p| u32::from_le_bytes(*p))
        {
            Ok(i) => BitmapMap::read(self.data, self.offsets[i]),
            Err(_) => Ok(Lookup::Missing),
        }
    }
}
