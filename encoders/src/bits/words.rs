//! Maps decoded into words of one bit per slot unit.

use crate::{Malformed, StackMap};

/// Live slots, those beyond the first word in the caller's scratch.
#[derive(Clone, Copy, Debug)]
pub struct WordMap<'m> {
    /// Bytes in the frame.
    pub(crate) frame_size: u32,
    /// Log2 of the bytes of frame that a bit stands for.
    pub(crate) slot: u32,
    /// One bit per slot: the first of them.
    pub(crate) first: u64,
    /// The others.
    pub(crate) rest: &'m [u64],
}

impl StackMap for WordMap<'_> {
    #[inline]
    fn frame_size(&self) -> u32 {
        self.frame_size
    }

    #[inline]
    fn slots(&self) -> impl Iterator<Item = u32> {
        let slot = self.slot;
        let (mut first, mut word, mut rest) = (0u32, self.first, self.rest.iter());
        core::iter::from_fn(move || {
            while word == 0 {
                word = *rest.next()?;
                first = first.wrapping_add(64 << slot);
            }
            let bit = word.trailing_zeros();
            word &= word - 1;
            Some(first.wrapping_add(bit << slot))
        })
    }
}

/// The lowest `n` bits, for `n` below 64.
#[inline]
pub(crate) fn mask(n: u32) -> u64 {
    !(u64::MAX << (n & 63))
}

/// Flips `length` bits from `start` on.
#[inline]
pub(crate) fn toggle(map: &mut [u64], start: u32, length: u32) -> Result<(), Malformed> {
    let (mut word, mut bit, mut left) = (start as usize / 64, start % 64, length);
    while left > 0 {
        let span = left.min(64 - bit);
        let bits = u64::MAX >> (64 - span) << bit;
        *map.get_mut(word).ok_or(Malformed::InvalidField)? ^= bits;
        (word, bit, left) = (word + 1, 0, left - span);
    }
    Ok(())
}

/// Clears and returns the scratch words of a frame.
#[inline]
pub(crate) fn cleared(
    scratch: &mut [u64],
    frame_size: u32,
    slot: u32,
    limit: u32,
) -> Result<&mut [u64], Malformed> {
    let words = (frame_size >> slot) as usize / 64 + 1;
    let map = scratch.get_mut(..words.min(limit as usize));
    let map = map.ok_or(Malformed::ScratchTooSmall)?;
    map.fill(0);
    Ok(map)
}
