//! Masks of low bits.

/// The lowest `n` bits, for `n` below 64. A greater `n`, which only damaged
/// bytes ask for, wraps around instead of panicking.
#[inline]
pub(crate) fn mask(n: u32) -> u64 {
    !(u64::MAX << (n & (u64::BITS - 1)))
}
