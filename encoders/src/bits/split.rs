//! Little-endian fields at any alignment.

use crate::error::Malformed;

/// Splits `n` bytes off the front.
#[inline]
pub(crate) fn split(bytes: &[u8], n: usize) -> Result<(&[u8], &[u8]), Malformed> {
    bytes.split_at_checked(n).ok_or(Malformed::Truncated)
}

/// Splits one `u32` off the front.
#[inline]
pub(crate) fn split_u32(bytes: &[u8]) -> Result<(u32, &[u8]), Malformed> {
    let (first, rest) = bytes.split_first_chunk().ok_or(Malformed::Truncated)?;
    Ok((u32::from_le_bytes(*first), rest))
}

/// Splits `n` `u32`s off the front.
#[inline]
pub(crate) fn split_u32s(bytes: &[u8], n: usize) -> Result<(&[[u8; 4]], &[u8]), Malformed> {
    let len = n.checked_mul(4).ok_or(Malformed::Truncated)?;
    let (array, rest) = split(bytes, len)?;
    Ok((array.as_chunks().0, rest))
}
