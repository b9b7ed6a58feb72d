//! The hash.

/// Where the search for a PC starts.
pub(super) fn place(pc: u32, log2: u32) -> usize {
    (pc.wrapping_mul(0x9e37_79b9) >> (u32::BITS - log2)) as usize
}
