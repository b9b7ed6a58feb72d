//! Neighbouring slots taken together.

use crate::bits::bitmap::slots_of;
use alloc::vec::Vec;
use core::ops::Range;

/// The runs of slots in which two bitmaps differ, in units of `1 << slot_shift`
/// bytes, of which every slot is a multiple.
pub(crate) fn differing_runs(a: &[u32], b: &[u32], slot_shift: u32) -> Vec<Range<u32>> {
    let word = |map: &[u32], i: usize| map.get(i).copied().unwrap_or(0);
    let differing = (0..a.len().max(b.len())).map(|i| word(a, i) ^ word(b, i));
    let mut runs: Vec<Range<u32>> = Vec::new();
    for slot in slots_of(differing).map(|offset| offset >> slot_shift) {
        match runs.last_mut() {
            Some(run) if run.end == slot => run.end += 1,
            _ => runs.push(slot..slot + 1),
        }
    }
    runs
}
