//! Widths of columns.

/// Bits that numbers up to this take.
pub(super) fn width(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}
