//! The maps of a block: what its rows share, and each row's delta.

use crate::bits::mask::mask;
use crate::bits::runs::differing_runs;
use crate::bits::uleb::push_uleb;
use alloc::vec::Vec;

/// Most runs that lead to the last of several rows. A lookup may have to toggle
/// them all.
const MAX_RUNS: u64 = 63;

/// The maps of a block, as they are written.
pub(super) struct Maps {
    /// What stands behind the frame size.
    pub bytes: Vec<u8>,
    /// The head's last fields: is large, window start, common bytes.
    pub layout: [u32; 3],
    /// One for each row.
    pub deltas: Vec<u64>,
}

/// The maps of a small block: the slots that all rows share, and a window that
/// each row fills on its own.
pub(super) fn small_maps(maps: &[u64]) -> Maps {
    let differing = maps.iter().fold(0, |all, map| all | map ^ maps[0]);
    let window_start = differing.trailing_zeros() % u64::BITS; // 0 if none do
    let window = mask(width(differing >> window_start));
    let common = maps[0] & !(window << window_start);
    let common_bytes = width(common).div_ceil(8);
    Maps {
        bytes: common.to_le_bytes()[..common_bytes as usize].to_vec(),
        layout: [0, window_start, common_bytes],
        deltas: maps.iter().map(|m| m >> window_start & window).collect(),
    }
}

/// The maps of a large block: the runs of slots that toggle from row to row, the
/// first row's from none live. `None` if there are too many.
pub(super) fn large_maps(bitmaps: &[&[u32]], slot_shift: u32) -> Option<Maps> {
    let (mut bytes, mut deltas, mut runs) = (Vec::new(), Vec::new(), 0);
    let mut before: &[u32] = &[];
    for bitmap in bitmaps {
        for run in differing_runs(before, bitmap, slot_shift) {
            let (start, extra) = (u64::from(run.start), run.len().checked_sub(2));
            push_uleb(&mut bytes, start << 1 | u64::from(extra.is_some()));
            if let Some(extra) = extra {
                push_uleb(&mut bytes, extra as u64);
            }
            runs += 1;
        }
        deltas.push(runs);
        before = bitmap;
    }
    (deltas.len() == 1 || runs <= MAX_RUNS).then_some(Maps {
        bytes,
        layout: [1, 0, 0],
        deltas,
    })
}

/// Bits that a number takes.
pub(super) fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}
