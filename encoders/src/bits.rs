//! Bit-level helpers shared by the block schemes.

use crate::Malformed;
use alloc::vec::Vec;

/// Position of the `n`th set bit (counted from 0), or 64 if there are fewer.
#[inline]
pub(crate) fn select(word: u64, n: u32) -> u32 {
    // Byte-wise prefix sums of the popcounts, compared with `n` all at once.
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut counts = word - ((word >> 1) & 0x5555_5555_5555_5555);
    counts = (counts & 0x3333_3333_3333_3333) + ((counts >> 2) & 0x3333_3333_3333_3333);
    counts = (counts + (counts >> 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    let sums = counts.wrapping_mul(ONES);
    if u64::from(n) >= sums >> 56 {
        return 64;
    }
    let not_above = ((u64::from(n) * ONES) | HIGHS).wrapping_sub(sums) & HIGHS;
    let byte = not_above.count_ones() * 8;
    let before = ((sums << 8) >> byte) as u32 & 0xff;
    // The same once more inside that byte, its bits spread over eight bytes.
    let spread = ((word >> byte & 0xff).wrapping_mul(ONES)) & 0x8040_2010_0804_0201;
    let bits = ((spread + (HIGHS - ONES)) | spread) >> 7 & ONES;
    let sums = bits.wrapping_mul(ONES);
    let not_above = ((u64::from(n - before) * ONES) | HIGHS).wrapping_sub(sums) & HIGHS;
    byte + not_above.count_ones()
}

/// Appends an unsigned LEB128 number.
pub(crate) fn push_uleb(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads an unsigned LEB128 number at `*at` and steps over it.
#[inline]
pub(crate) fn read_uleb(bytes: &[u8], at: &mut usize) -> Result<u32, Malformed> {
    let first = *bytes.get(*at).ok_or(Malformed::Truncated)?;
    *at += 1;
    if first < 0x80 {
        return Ok(u32::from(first));
    }
    let mut value = u32::from(first & 0x7f);
    for shift in [7, 14, 21, 28] {
        let byte = *bytes.get(*at).ok_or(Malformed::Truncated)?;
        *at += 1;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Malformed::InvalidField)
}

/// Maps small magnitudes of either sign to small numbers.
pub(crate) fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// Undoes [`zigzag`].
#[inline]
pub(crate) fn unzigzag(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn select_finds_every_bit() {
        let mut word = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..1000 {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            for word in [word, word & word >> 3, word | word << 5, !0, 0, 1, 1 << 63] {
                let set: Vec<u32> = (0..64).filter(|b| word >> b & 1 == 1).collect();
                for n in 0..66 {
                    let expected = set.get(n as usize).copied().unwrap_or(64);
                    assert_eq!(select(word, n), expected, "{word:#x} {n}");
                }
            }
        }
    }

    #[test]
    fn numbers_survive_their_encodings() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u32::MAX - 1, u32::MAX] {
            let mut bytes = Vec::new();
            push_uleb(&mut bytes, value);
            let mut at = 0;
            assert_eq!(read_uleb(&bytes, &mut at), Ok(value));
            assert_eq!(at, bytes.len());
            assert_eq!(zigzag(unzigzag(value)), value);
        }
    }
}
