//! Maps decoded into words of one bit per slot.

use crate::encoder::StackMap;
use crate::error::Malformed;

/// Live slots: the first word by value, the others in the caller's scratch.
#[derive(Clone, Copy, Debug)]
pub struct WordMap<'m> {
    /// Bytes in the frame.
    pub(crate) frame_size: u32,
    /// Log2 of the bytes of frame that a bit stands for.
    pub(crate) slot_shift: u32,
    /// The lowest 64 slots.
    pub(crate) first_word: u64,
    /// The slots above them.
    pub(crate) other_words: &'m [u64],
}

impl StackMap for WordMap<'_> {
    #[inline]
    fn frame_size(&self) -> u32 {
        self.frame_size
    }

    #[inline]
    fn slots(&self) -> impl Iterator<Item = u32> {
        let slot_shift = self.slot_shift;
        let (mut first_slot, mut word) = (0u32, self.first_word);
        let mut other_words = self.other_words.iter();
        core::iter::from_fn(move || {
            while word == 0 {
                word = *other_words.next()?;
                first_slot = first_slot.wrapping_add(u64::BITS << slot_shift);
            }
            let bit = word.trailing_zeros();
            word &= word - 1; // clears the lowest set bit
            Some(first_slot.wrapping_add(bit << slot_shift))
        })
    }
}

/// Flips `length` bits from `start` on, a word at a time.
#[inline]
pub(crate) fn toggle(map: &mut [u64], start: u32, length: u32) -> Result<(), Malformed> {
    let mut word = (start / u64::BITS) as usize;
    let (mut bit, mut left) = (start % u64::BITS, length);
    while left > 0 {
        let span = left.min(u64::BITS - bit);
        let bits = u64::MAX >> (u64::BITS - span) << bit;
        *map.get_mut(word).ok_or(Malformed::InvalidField)? ^= bits;
        (word, bit, left) = (word + 1, 0, left - span);
    }
    Ok(())
}

/// The scratch words that hold the slots of a frame. There are never more than
/// `limit`, which is what the caller was told to bring: a damaged frame size
/// must not ask for more.
#[inline]
pub(crate) fn frame_words(
    scratch: &mut [u64],
    frame_size: u32,
    slot_shift: u32,
    limit: u32,
) -> Result<&mut [u64], Malformed> {
    let words = ((frame_size >> slot_shift) / u64::BITS) as usize + 1;
    let map = scratch.get_mut(..words.min(limit as usize));
    map.ok_or(Malformed::ScratchTooSmall)
}
