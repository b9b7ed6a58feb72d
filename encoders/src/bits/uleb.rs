//! Unsigned LEB128: seven bits a byte, the lowest first; the top bit of a byte
//! says that another follows. Five bytes at most: 32 bits of a number, and
//! three for what a token says beside it.

use crate::error::Malformed;
use alloc::vec::Vec;

/// Appends a number.
pub(crate) fn push_uleb(out: &mut Vec<u8>, mut number: u64) {
    debug_assert!(number < 1 << 35);
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads the number at `*at` and steps over it.
#[inline]
pub(crate) fn read_uleb(bytes: &[u8], at: &mut usize) -> Result<u64, Malformed> {
    let first = *bytes.get(*at).ok_or(Malformed::Truncated)?;
    *at += 1;
    if first < 0x80 {
        return Ok(u64::from(first));
    }
    let mut number = u64::from(first & 0x7f);
    for shift in [7, 14, 21, 28] {
        let byte = *bytes.get(*at).ok_or(Malformed::Truncated)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Malformed::InvalidField)
}

/// A number that is stored in at most 32 bits.
#[inline]
pub(crate) fn field(number: u64) -> Result<u32, Malformed> {
    u32::try_from(number).map_err(|_| Malformed::InvalidField)
}
