//! The maps of a small block: a word that all rows have in common, and a window
//! of slots that each row fills on its own.

use super::block_head::SmallLayout;
use super::rows::{BlockMaps, width};
use crate::bits::mask::mask;

/// Writes the maps of rows that are all small.
pub(super) fn small_maps(maps: &[u64]) -> BlockMaps {
    let first = maps[0];
    // The window spans the slots in which any row differs from the first.
    let differing = maps.iter().fold(0, |all, map| all | map ^ first);
    let window_start = differing.trailing_zeros() % u64::BITS; // 0 if none do
    let window_slots = width(differing >> window_start);
    let common = first & !(mask(window_slots) << window_start);
    let common_bytes = width(common).div_ceil(8);
    let layout = SmallLayout {
        common_bytes,
        window_start,
    };
    let window = |map: &u64| map >> window_start & mask(window_slots);
    BlockMaps {
        bytes: common.to_le_bytes()[..common_bytes as usize].to_vec(),
        is_small: true,
        layout: layout.pack(),
        deltas: maps.iter().map(window).collect(),
        delta_bits: window_slots,
    }
}
