//! The first six bytes of a block, and the size of the section's header.

use crate::bits::mask::mask;

/// Bytes of the section's header: three fields.
pub(super) const HEADER_BYTES: usize = 3 * size_of::<u32>();

/// Bytes that a head takes.
pub(super) const HEAD_BYTES: usize = 6;

/// Most rows of a block: as many low bytes as are compared at once.
pub(super) const MAX_ROWS: usize = 16;

/// Bits of each field, from the lowest up: body bytes, rows less one, first
/// high, high bits, delta bits, is large, window start, common bytes.
pub(super) const FIELD_BITS: [u32; 8] = [16, 4, 8, 3, 6, 1, 6, 3];

/// Packs a head, if every field fits.
pub(super) fn pack(fields: [u32; FIELD_BITS.len()]) -> Option<u64> {
    let mut from_the_top = fields.into_iter().zip(FIELD_BITS).rev();
    from_the_top.try_fold(0, |head, (field, bits)| {
        let field = u64::from(field);
        (field <= mask(bits)).then_some(head << bits | field)
    })
}

/// Unpacks a head from the low bytes of a word. Inlined, it computes the fields
/// that are used and no others.
#[inline]
pub(super) fn unpack(mut head: u64) -> [u32; FIELD_BITS.len()] {
    FIELD_BITS.map(|bits| {
        let field = head & mask(bits);
        head >>= bits;
        field as u32
    })
}
