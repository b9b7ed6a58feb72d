//! Sixteen bytes compared at once.

use super::head::MAX_ROWS;

/// Which of sixteen bytes equal `byte`: the top bit of each lane that does, and
/// no other bit.
///
/// After the xor, a lane is zero if and only if its byte is equal. Adding 0x7f
/// to the low seven bits of a lane gives at most 0xfe, so nothing is carried
/// into the next lane, and the sum's top bit is set if and only if one of the
/// seven bits was. Or-ing the lane itself adds its own top bit. So the top bit
/// is clear if and only if the lane was zero; or-ing 0x7f sets all others, and
/// the complement leaves the top bits of the equal lanes.
#[inline]
pub(super) fn lanes_equal(lanes: [u8; MAX_ROWS], byte: u8) -> u128 {
    const LOW7: u128 = splat(0x7f);
    let differing = u128::from_le_bytes(lanes) ^ splat(byte);
    !(((differing & LOW7) + LOW7) | differing | LOW7)
}

/// The same byte in every lane. It is multiplied out in 64 bits, since few
/// processors multiply 128 at once.
#[inline]
const fn splat(byte: u8) -> u128 {
    const ONES: u64 = u64::MAX / 0xff; // 0x0101…01
    let half = byte as u64 * ONES;
    (half as u128) << 64 | half as u128
}
