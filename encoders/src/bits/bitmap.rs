//! Bitmaps of live slots, as Wasmtime's section has them.

/// Bytes of frame that one bit stands for.
pub(crate) const GRANULE: u32 = 4;

/// SP-relative byte offsets of a bitmap's slots, ascending.
#[inline]
pub fn slots_of(words: impl Iterator<Item = u32>) -> impl Iterator<Item = u32> {
    words.enumerate().flat_map(|(i, word)| {
        let first = (i as u32).wrapping_mul(u32::BITS * GRANULE);
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
        word &= word - 1; // clears the lowest set bit
        Some(bit)
    })
}
