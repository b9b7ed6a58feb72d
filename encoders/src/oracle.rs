//! The reference that every scheme is checked against: a plain ordered map,
//! too simple to be wrong.

use crate::encoder::{Encoder, Lookup, StackMap};
use crate::table::Table;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Bound;

/// A stack map on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OwnedMap {
    /// Bytes in the frame.
    pub frame_size: u32,
    /// Live slots, ascending; none at an empty safepoint.
    pub slots: Vec<u32>,
}

impl OwnedMap {
    /// Copies any scheme's answer.
    pub fn of(map: &impl StackMap) -> OwnedMap {
        OwnedMap {
            frame_size: map.frame_size(),
            slots: map.slots().collect(),
        }
    }
}

/// Every safepoint of a table by PC.
#[derive(Clone, Debug, Default)]
pub struct Oracle {
    safepoints: BTreeMap<u32, OwnedMap>,
}

impl Oracle {
    /// Copies a table.
    pub fn new(table: &Table) -> Oracle {
        let owned = |s: crate::Safepoint<'_>| OwnedMap {
            frame_size: s.frame_size,
            slots: s.slots().collect(),
        };
        Oracle {
            safepoints: table.iter().map(|s| (s.pc, owned(s))).collect(),
        }
    }

    /// The truth about a PC.
    pub fn lookup(&self, pc: u32) -> Lookup<&OwnedMap> {
        match self.safepoints.get(&pc) {
            Some(map) if map.slots.is_empty() => Lookup::Empty,
            Some(map) => Lookup::Map(map),
            None => Lookup::Missing,
        }
    }

    /// Whether scheme `E` may give `answer` at `pc`.
    ///
    /// Every scheme must give the true map. A scheme that is not tri-state
    /// answers `Missing` where the truth is `Empty`. A range scheme may, at a
    /// PC that is no safepoint, also give the map that the safepoints on
    /// both sides share. An open-ended scheme must give the answer of the
    /// nearest safepoint below.
    pub fn permits<E: Encoder>(&self, pc: u32, answer: Lookup<&OwnedMap>) -> bool {
        let truth = match self.safepoints.range(..=pc).next_back() {
            Some((&below, _)) if E::OPEN_ENDED => self.lookup(below),
            _ => self.lookup(pc),
        };
        match (truth, answer) {
            (Lookup::Empty, answer) => {
                answer
                    == if E::TRI_STATE {
                        Lookup::Empty
                    } else {
                        Lookup::Missing
                    }
            }
            (Lookup::Missing, Lookup::Map(map)) => !E::EXACT && self.around(pc) == Some(map),
            (truth, answer) => truth == answer,
        }
    }

    /// The map shared by the nearest safepoints below and above `pc`.
    fn around(&self, pc: u32) -> Option<&OwnedMap> {
        let below = self.safepoints.range(..pc).next_back()?.1;
        let above = (Bound::Excluded(pc), Bound::Unbounded);
        let above = self.safepoints.range(above).next()?.1;
        (below == above && !below.slots.is_empty()).then_some(below)
    }
}
