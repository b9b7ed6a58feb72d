//! Maps decoded into scratch words of one bit per slot unit.

use crate::{Malformed, StackMap};

/// Live slots in the caller's scratch.
#[derive(Clone, Copy, Debug)]
pub struct WordMap<'m> {
    /// Bytes in the frame.
    pub(crate) frame_size: u32,
    /// Log2 of the bytes of frame that a bit stands for.
    pub(crate) slot: u32,
    /// One bit per slot.
    pub(crate) words: &'m [u64],
}

impl StackMap for WordMap<'_> {
    #[inline]
    fn frame_size(&self) -> u32 {
        self.frame_size
    }

    #[inline]
    fn slots(&self) -> impl Iterator<Item = u32> {
        let slot = self.slot;
        self.words.iter().enumerate().flat_map(move |(i, &word)| {
            let mut word = word;
            core::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros();
                word &= word - 1;
                Some((i as u32 * 64 + bit) << slot)
            })
        })
    }
}

/// The lowest `n` bits, for `n` up to 64.
#[inline]
pub(crate) fn mask(n: u32) -> u64 {
    if n >= 64 { u64::MAX } else { (1 << n) - 1 }
}

/// Flips `length` bits from `start` on.
#[inline]
pub(crate) fn toggle(map: &mut [u64], start: u32, length: u32) -> Result<(), Malformed> {
    let (mut word, bit) = (start as usize / 64, start % 64);
    let mut left = length;
    let mut span = left.min(64 - bit);
    let mut bits = mask(span) << bit;
    loop {
        *map.get_mut(word).ok_or(Malformed::InvalidField)? ^= bits;
        left -= span;
        if left == 0 {
            return Ok(());
        }
        word += 1;
        span = left.min(64);
        bits = mask(span);
    }
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
