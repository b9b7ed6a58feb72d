//! The cut of the text into pages, which writer and reader must make alike.

/// Log2 of the bytes of the largest page: what a `low` of 16 bits can span.
pub(super) const MAX_PAGE_SHIFT: u32 = 16;

/// The place of a PC within its page.
#[inline]
pub(super) fn low(pc: u32, page_shift: u32) -> [u8; 2] {
    ((pc & ((1 << page_shift) - 1)) as u16).to_le_bytes()
}
