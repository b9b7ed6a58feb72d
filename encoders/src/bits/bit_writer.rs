//! Fields that need not start at a byte.

use alloc::vec::Vec;

/// Writes numbers bit after bit, the lowest first.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    pending_bits: u32,
}

impl BitWriter {
    /// Widest field: up to seven bits may still be pending in the word.
    pub(crate) const MOST_BITS: u32 = 57;

    /// Appends a number that fits `bits` bits, at most [`Self::MOST_BITS`].
    pub(crate) fn push(&mut self, number: u64, bits: u32) {
        debug_assert!(bits <= Self::MOST_BITS && number >> bits == 0);
        self.pending |= number << self.pending_bits;
        self.pending_bits += bits;
        while self.pending_bits >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.pending_bits -= 8;
        }
    }

    /// The bytes; unused bits of the last one are zero.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.pending_bits > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}
