//! Wasmtime's data record: frame size, word count, bitmap.

use crate::table::GRANULE;
use crate::{EncodeError, Lookup, Malformed, Safepoint, StackMap};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A map read in place from a data record:
///
/// ```text
/// frame_size: u32 | words: u32 | bitmap: u32[words]     1 bit = 4 bytes of frame
/// ```
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

/// Slots of a bitmap with one bit per 4 bytes of frame, ascending.
#[inline]
pub fn slots_of(words: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    words.enumerate().flat_map(|(i, word)| {
        let first = (i as u32).wrapping_mul(32 * GRANULE);
        set_bits(word).map(move |bit| first.wrapping_add(bit * GRANULE))
    })
}

/// Positions of the set bits of a word, ascending.
#[inline]
fn set_bits(mut word: u32) -> impl Iterator<Item = u32> {
    core::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(bit)
    })
}

/// Appends the data record of a safepoint and returns its word offset.
pub(crate) fn append_record(
    scheme: &'static str,
    data: &mut Vec<u8>,
    safepoint: Safepoint<'_>,
) -> Result<u32, EncodeError> {
    let offset = narrow(scheme, "data offset", data.len() / 4)?;
    data.extend(safepoint.frame_size.to_le_bytes());
    data.extend(narrow(scheme, "bitmap words", safepoint.bitmap.len())?.to_le_bytes());
    data.extend(safepoint.bitmap.iter().flat_map(|w| w.to_le_bytes()));
    Ok(offset)
}

/// Word offsets of the distinct records of a section under construction.
#[derive(Default)]
pub(crate) struct RecordPool<'t> {
    offsets: HashMap<(u32, &'t [u32]), u32>,
}

impl<'t> RecordPool<'t> {
    /// The offset of an equal record written before, or of a new one.
    pub(crate) fn intern(
        &mut self,
        scheme: &'static str,
        data: &mut Vec<u8>,
        safepoint: Safepoint<'t>,
    ) -> Result<u32, EncodeError> {
        let key = (safepoint.frame_size, safepoint.bitmap);
        if let Some(&offset) = self.offsets.get(&key) {
            return Ok(offset);
        }
        let offset = append_record(scheme, data, safepoint)?;
        self.offsets.insert(key, offset);
        Ok(offset)
    }
}

/// Narrows a count to the 32 bits that the formats give it.
pub(crate) fn narrow(
    scheme: &'static str,
    what: &'static str,
    value: usize,
) -> Result<u32, EncodeError> {
    u32::try_from(value).map_err(|_| EncodeError::TooLarge {
        scheme,
        what,
        value: value as u64,
    })
}
