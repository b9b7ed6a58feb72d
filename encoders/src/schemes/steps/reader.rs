//! A search for the start below a PC, then a record read in place.

use crate::bits::record::BitmapMap;
use crate::encoder::{Lookup, StackMap};
use crate::error::Malformed;
use crate::schemes::exact::reader::Reader as Entries;

/// Entries whose PCs are starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s>(Entries<'s>);

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        Entries::open(section).map(Reader)
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
        let Entries { pcs, offsets, data } = self.0;
        let starting_at_or_below = pcs.partition_point(|start| u32::from_le_bytes(*start) <= pc);
        let Some(i) = starting_at_or_below.checked_sub(1) else {
            return Ok(Lookup::Missing);
        };
        match BitmapMap::read(data, offsets[i])? {
            // No frame with a live slot is of 0 bytes.
            Lookup::Map(map) if map.frame_size() == 0 => Ok(Lookup::Empty),
            map => Ok(map),
        }
    }
}
