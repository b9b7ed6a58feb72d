//! Widths of indexes.

/// Bytes that an index into so many maps takes.
pub(super) fn width(maps: u32) -> usize {
    (u32::BITS - maps.saturating_sub(1).leading_zeros()).div_ceil(8) as usize
}
