//! Places sections at random, so that no scheme owes its time to an address.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use std::ops::Range;

/// Bytes of address space that sections are placed in; only those used become
/// resident.
const ARENA: usize = 768 << 20;
/// Bytes that all copies of all schemes of one block may take together.
pub const COPIES: usize = 512 << 20;

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
