//! Safepoints as the writer sees them, and what it makes of their maps.

use super::block_head::SMALL_SLOTS;
use super::header::Shifts;
use crate::bits::bitmap::slots_of;
use crate::table::Safepoint;
use alloc::vec::Vec;

/// A safepoint, with its PC and frame size in the units of the section.
pub(super) struct Row<'t> {
    pub pc: u32,
    pub frame_size: u32,
    /// One bit per 4 bytes, as in the table.
    pub bitmap: &'t [u32],
    /// One bit per unit of slots, if the map is small.
    pub small: Option<u64>,
}

/// The maps of a block, as they are written.
pub(super) struct BlockMaps {
    /// What stands behind the frame size.
    pub bytes: Vec<u8>,
    pub is_small: bool,
    /// The packed layout.
    pub layout: u32,
    /// One for each row.
    pub deltas: Vec<u64>,
    pub delta_bits: u32,
}

impl<'t> Row<'t> {
    pub fn new(safepoint: Safepoint<'t>, shifts: Shifts) -> Self {
        let words = safepoint.bitmap.iter().copied();
        let mut slots = slots_of(words).map(|slot| slot >> shifts.slot());
        Row {
            pc: safepoint.pc >> shifts.pc(),
            frame_size: safepoint.frame_size >> shifts.frame(),
            bitmap: safepoint.bitmap,
            small: slots.try_fold(0, |map, slot| (slot < SMALL_SLOTS).then(|| map | 1 << slot)),
        }
    }

    /// The PC's page.
    pub fn page(&self, shifts: Shifts) -> u32 {
        self.pc >> shifts.page()
    }

    /// The place in the page, less its low byte.
    pub fn high(&self, shifts: Shifts) -> u32 {
        (self.pc & ((1 << shifts.page()) - 1)) >> u8::BITS
    }
}

/// Bits that a number takes.
pub(super) fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}
