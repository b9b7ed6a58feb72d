//! What a writer gives.

use alloc::vec::Vec;

/// An encoded section and what its bytes are spent on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The section as it would stand in the `.cwasm`.
    pub bytes: Vec<u8>,
    /// Bytes by part; they add up to `bytes.len()`.
    pub parts: Parts,
}

/// Bytes of a section by purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Counts, widths and table positions at the front.
    pub header: usize,
    /// What is searched to find a PC.
    pub index: usize,
    /// What leads from an index entry to its map.
    pub offsets: usize,
    /// Frame sizes and live slots.
    pub payload: usize,
    /// Bytes that carry nothing.
    pub padding: usize,
}

impl Parts {
    /// Sum of all parts.
    pub fn total(&self) -> usize {
        self.header + self.index + self.offsets + self.payload + self.padding
    }
}
