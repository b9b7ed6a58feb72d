//! What no encoding of the same facts gets much below: entropies, and a
//! general compressor that need not answer lookups.
//!
//! The entropies charge each safepoint by how often its gap and map occur, and
//! nothing for spelling out once what they are. On modules where nearly every
//! map is new, as in giant functions, that leaves out most of the cost; `xz`
//! charges for everything.

use anyhow::Result;
use liblzma::read::XzEncoder;
use stackmap_encoders::Safepoint;
use std::collections::HashMap;
use std::hash::Hash;
use std::io::{Read, copy, sink};

/// Zero- and first-order entropy of the safepoints, in bytes: gap and map by
/// themselves, then each given what it was at the safepoint before.
pub fn entropy(maps: &[Safepoint<'_>]) -> (f64, f64) {
    let mut last = 0;
    let gaps: Vec<u32> = maps
        .iter()
        .map(|s| s.pc - std::mem::replace(&mut last, s.pc))
        .collect();
    let records: Vec<_> = maps.iter().map(|s| (s.frame_size, s.bitmap)).collect();
    let zero = bits(&gaps) + bits(&records);
    let one = conditional_bits(&gaps) + conditional_bits(&records);
    (zero / 8.0, one / 8.0)
}

/// Total bits of a sequence when each value costs the logarithm of how rare
/// it is.
fn bits<T: Eq + Hash>(values: &[T]) -> f64 {
    let mut counts: HashMap<&T, u64> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<u64> = counts.into_values().collect();
    // In a fixed order, as floating-point sums depend on it.
    counts.sort_unstable();
    let n = values.len() as f64;
    counts
        .iter()
        .map(|&c| c as f64 * (n / c as f64).log2())
        .sum()
}

/// The same for each value given the one before it: the bits of the pairs
/// less the bits of their first halves.
fn conditional_bits<T: Eq + Hash>(values: &[T]) -> f64 {
    let pairs: Vec<(&T, &T)> = values.iter().zip(values.iter().skip(1)).collect();
    let firsts: Vec<&T> = pairs.iter().map(|pair| pair.0).collect();
    bits(&pairs) - bits(&firsts)
}

/// Bytes of what `xz -9e` makes of a section.
pub fn xz(section: &[u8]) -> Result<u64> {
    const EXTREME: u32 = 1 << 31;
    let mut encoder = XzEncoder::new(section, 9 | EXTREME);
    Ok(copy(&mut encoder.by_ref(), &mut sink())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropies_of_sequences_known_by_heart() {
        assert_eq!(bits(&[1, 1, 1, 1]), 0.0);
        assert_eq!(bits(&[1, 2, 3, 4]), 8.0);
        assert!((bits(&[1, 1, 2, 2]) - 4.0).abs() < 1e-12);
        assert_eq!(conditional_bits(&[1, 2, 1, 2, 1, 2]), 0.0);
        // After 1 come 1 and 2 equally often, after 2 always 1.
        assert!((conditional_bits(&[1, 1, 2, 1, 1, 2, 1]) - 4.0).abs() < 1e-12);
    }

    #[test]
    fn xz_agrees_with_its_own_decoder() {
        let section = vec![7u8; 100_000];
        let size = xz(&section).unwrap();
        assert!(size > 50 && size < 300, "{size}");
    }
}
