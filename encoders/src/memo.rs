//! A memo in front of any scheme: what was asked lately, decoded.
//!
//! Stacks are deep where few functions call one another, and a collection finds
//! many of the frames that the one before found. So Go keeps 16 decoded entries
//! and V8 1,024, and neither has a format that is fast.
//!
//! The collector owns the memo and takes it to every lookup. It has to clear it
//! when code is unloaded, and where there are several modules its keys have to
//! tell them apart: here a PC is relative to one text section.

use crate::encoder::{Lookup, StackMap};
use crate::oracle::OwnedMap;
use alloc::vec::Vec;

/// Spreads PCs, which are multiples of something, over the sets.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A memo from PC to answer, in sets of two. With single entries, two PCs that take
/// turns on a deep stack would be asked every time if they came to share one.
#[derive(Clone, Debug)]
pub struct Memo {
    /// As many as a power of two. In each, what was asked last comes first.
    sets: Vec<[Entry; 2]>,
}

#[derive(Clone, Debug)]
struct Entry {
    pc: Option<u32>,
    answer: Lookup<()>,
    /// Kept from one PC to the next for the room that it has for slots.
    map: OwnedMap,
}

impl Memo {
    /// An empty memo of so many entries, rounded up to a power of two, and two at least.
    pub fn new(entries: usize) -> Memo {
        let entry = Entry {
            pc: None,
            answer: Lookup::Missing,
            map: OwnedMap::default(),
        };
        Memo {
            sets: alloc::vec![[entry.clone(), entry]; entries.div_ceil(2).next_power_of_two()],
        }
    }

    /// The answer for a PC; asks `ask`, a scheme, if the memo has none.
    #[inline]
    pub fn lookup<M: StackMap, E>(
        &mut self,
        pc: u32,
        ask: impl FnOnce() -> Result<Lookup<M>, E>,
    ) -> Result<Lookup<&OwnedMap>, E> {
        // The topmost bits of this product depend on all bits of the PC.
        let hash = u64::from(pc).wrapping_mul(GOLDEN);
        let place = hash.rotate_left(self.sets.len().ilog2()) as usize & (self.sets.len() - 1);
        let set = &mut self.sets[place];
        if set[0].pc != Some(pc) {
            set.swap(0, 1);
        }
        let Entry {
            pc: known,
            answer,
            map,
        } = &mut set[0];
        if *known != Some(pc) {
            *known = None; // unless the scheme has an answer
            *answer = ask()?.map(|found| {
                map.frame_size = found.frame_size();
                map.slots.clear();
                map.slots.extend(found.slots());
            });
            *known = Some(pc);
        }
        Ok(answer.map(|()| &*map))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for entry in self.sets.as_flattened_mut() {
            entry.pc = None;
        }
    }
}
