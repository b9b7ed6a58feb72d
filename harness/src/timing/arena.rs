//! Places sections at random, so that no scheme owes its time to an address.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use std::ops::Range;

/// Bytes of address space that sections are placed in; only those used become
/// resident.
const ARENA: usize = 768 << 20;
/// Bytes of copies that are placed together, unless those of a single scheme
/// are more.
pub const TOGETHER: usize = 512 << 20;

/// One long buffer, reused from block to block.
pub struct Arena {
    bytes: Vec<u8>,
}

impl Arena {
    pub fn new() -> Arena {
        Arena {
            bytes: vec![0; ARENA],
        }
    }

    /// Copies each section `copies` times to random places that do not
    /// overlap, at any alignment as in a `.cwasm`. Returns the copies of each.
    pub fn place(
        &mut self,
        sections: &[&[u8]],
        copies: usize,
        rng: &mut impl Rng,
    ) -> Vec<Vec<&[u8]>> {
        let used: usize = copies * sections.iter().map(|s| s.len()).sum::<usize>();
        if self.bytes.len() < used {
            self.bytes.resize(used, 0);
        }
        let mut pieces: Vec<usize> = (0..copies * sections.len())
            .map(|i| i % sections.len())
            .collect();
        pieces.shuffle(rng);
        let mut places: Vec<Vec<Range<usize>>> = vec![Vec::with_capacity(copies); sections.len()];
        let mut slack = self.bytes.len() - used;
        let mut at = 0;
        for (i, &which) in pieces.iter().enumerate() {
            let share = 2 * slack / (pieces.len() - i + 1);
            let gap = rng.random_range(0..=share.min(slack));
            slack -= gap;
            at += gap;
            let place = at..at + sections[which].len();
            self.bytes[place.clone()].copy_from_slice(sections[which]);
            at = place.end;
            places[which].push(place);
        }
        let bytes = &self.bytes;
        let slices = |places: Vec<Range<usize>>| places.into_iter().map(|p| &bytes[p]).collect();
        places.into_iter().map(slices).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn copies_are_whole_apart_and_elsewhere_each_time() {
        let mut arena = Arena {
            bytes: vec![0; 4096],
        };
        let sections: [&[u8]; 3] = [&[1; 100], &[], &[2; 31]];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut places = |arena: &mut Arena| -> Vec<(usize, usize)> {
            let placed = arena.place(&sections, 5, &mut rng);
            for (copies, section) in placed.iter().zip(sections) {
                assert_eq!(copies.len(), 5);
                assert!(copies.iter().all(|c| *c == section));
            }
            let spans = placed.iter().flatten().filter(|c| !c.is_empty());
            let mut spans: Vec<_> = spans.map(|c| (c.as_ptr().addr(), c.len())).collect();
            spans.sort_unstable();
            spans
        };
        let first = places(&mut arena);
        assert!(first.windows(2).all(|w| w[0].0 + w[0].1 <= w[1].0));
        assert_ne!(first, places(&mut arena));
    }

    #[test]
    fn an_arena_too_small_grows() {
        let mut arena = Arena { bytes: Vec::new() };
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let placed = arena.place(&[&[7; 10]], 3, &mut rng);
        assert_eq!(placed, [[&[7u8; 10][..]; 3]]);
    }
}
