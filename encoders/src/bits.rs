//! Bit-level helpers shared by the block schemes.

use crate::Malformed;
use alloc::vec::Vec;

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

/// Writes numbers bit after bit, the lowest first.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    bits: u32,
}

impl BitWriter {
    /// Appends the `bits` lowest bits of a number that has no others, up to 57.
    pub(crate) fn push(&mut self, value: u64, bits: u32) {
        self.pending |= value << self.bits;
        self.bits += bits;
        while self.bits >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.bits -= 8;
        }
    }

    /// The bytes, the last one filled up with zeroes.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.bits > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_where_they_were_written() {
        let fields = [(5, 3), (0, 0), (1, 1), ((1 << 56) - 1, 56), (0, 7), (9, 4)];
        let mut writer = BitWriter::default();
        for (value, bits) in fields {
            writer.push(value, bits);
        }
        let bytes = writer.finish();
        let mut at = 0;
        for (value, bits) in fields {
            let bit = |i: u32| u64::from(bytes[(i / 8) as usize] >> (i % 8) & 1);
            let read = (0..bits).fold(0, |all, i| all | bit(at + i) << i);
            assert_eq!(read, value);
            at += bits;
        }
        assert_eq!(bytes.len(), at.div_ceil(8) as usize);
    }

    #[test]
    fn numbers_survive_their_encodings() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u32::MAX - 1, u32::MAX] {
            let mut bytes = Vec::new();
            push_uleb(&mut bytes, value);
            let mut at = 0;
            assert_eq!(read_uleb(&bytes, &mut at), Ok(value));
            assert_eq!(at, bytes.len());
        }
    }
}
