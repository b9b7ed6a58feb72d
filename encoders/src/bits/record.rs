//! Wasmtime's data record, read in place:
//!
//! ```text
//! frame_size: u32 | words: u32 | bitmap: u32[words]     1 bit = 4 bytes of frame
//! ```

use crate::bits::bitmap::slots_of;
use crate::encoder::{Lookup, StackMap};
use crate::error::Malformed;

/// A map that is borrowed from a data record.
#[derive(Clone, Copy, Debug)]
pub struct BitmapMap<'a> {
    frame_size: u32,
    words: &'a [[u8; 4]],
}

impl<'a> BitmapMap<'a> {
    /// Reads the record at word `offset` of `data`.
    #[inline]
    pub(crate) fn read(data: &'a [[u8; 4]], offset: [u8; 4]) -> Result<Lookup<Self>, Malformed> {
        let offset = u32::from_le_bytes(offset) as usize;
        let record = data.get(offset..).ok_or(Malformed::Truncated)?;
        let [frame_size, count, words @ ..] = record else {
            return Err(Malformed::Truncated);
        };
        let words = words
            .get(..u32::from_le_bytes(*count) as usize)
            .ok_or(Malformed::Truncated)?;
        Ok(Lookup::Map(BitmapMap {
            frame_size: u32::from_le_bytes(*frame_size),
            words,
        }))
    }
}

impl StackMap for BitmapMap<'_> {
    #[inline]
    fn frame_size(&self) -> u32 {
        self.frame_size
    }

    #[inline]
    fn slots(&self) -> impl Iterator<Item = u32> {
        slots_of(self.words.iter().map(|w| u32::from_le_bytes(*w)))
    }
}
