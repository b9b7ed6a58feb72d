//! The maps of a large block: that of the first row, and which runs of slots
//! toggle from row to row.

use super::block_head::{LENGTH_BITS, LargeLayout, START_BITS};
use super::rows::{BlockMaps, Row, width};
use crate::bits::bit_writer::BitWriter;
use crate::bits::runs::differing_runs;
use crate::bits::uleb::push_uleb;
use alloc::vec::Vec;
use core::ops::Range;

/// Most toggles of a block. A lookup may have to apply them all, and a row's
/// count of them takes six bits.
const MAX_TOGGLES: usize = 63;

/// Most bits of a toggle's length. All toggles of a block pay for the longest;
/// a run of more than 32 slots is rare and takes several toggles instead.
const MAX_LENGTH_BITS: u32 = 5;
const _: () = assert!(MAX_LENGTH_BITS <= LENGTH_BITS.max());

/// Neighbouring slots, from the first to the one after the last.
type Run = Range<u32>;

/// Writes the maps of rows; `None` if that takes too many toggles, or some too
/// far up.
pub(super) fn large_maps(rows: &[Row], slot_shift: u32) -> Option<BlockMaps> {
    let (mut changes, mut changes_before) = (Vec::new(), Vec::from([0]));
    for pair in rows.windows(2) {
        changes.extend(differing_runs(pair[0].bitmap, pair[1].bitmap, slot_shift));
        changes_before.push(changes.len());
    }
    let layout = toggle_widths(&changes)?;
    let toggles_before = changes_before
        .iter()
        .map(|&before| toggles(&changes[..before], layout.length_bits) as u64);
    let mut bytes = run_bytes(differing_runs(&[], rows[0].bitmap, slot_shift));
    bytes.extend(toggle_bits(&changes, layout));
    Some(BlockMaps {
        bytes,
        is_small: false,
        layout: layout.pack(),
        deltas: toggles_before.collect(),
        delta_bits: width(toggles(&changes, layout.length_bits) as u64),
    })
}

/// The widths with which the toggles take the fewest bits, and there are not
/// too many of them.
fn toggle_widths(changes: &[Run]) -> Option<LargeLayout> {
    let last = changes.iter().map(|run| run.end - 1).max().unwrap_or(0);
    let start_bits = width(last.into());
    let cost = |&length_bits: &u32| {
        let toggles = toggles(changes, length_bits);
        let bits = toggles * (start_bits + length_bits) as usize;
        (toggles > MAX_TOGGLES, bits)
    };
    let length_bits = (0..=MAX_LENGTH_BITS).min_by_key(cost)?;
    let fits = start_bits <= START_BITS.max() && toggles(changes, length_bits) <= MAX_TOGGLES;
    fits.then_some(LargeLayout {
        start_bits,
        length_bits,
    })
}

/// How many toggles runs take, if one toggles at most `1 << length_bits` slots.
fn toggles(runs: &[Run], length_bits: u32) -> usize {
    let of_run = |run: &Run| run.len().div_ceil(1 << length_bits);
    runs.iter().map(of_run).sum()
}

/// A map as its runs: how many, then each as the gap before it and its length
/// less one.
fn run_bytes(map: Vec<Run>) -> Vec<u8> {
    let mut bytes = Vec::new();
    push_uleb(&mut bytes, map.len() as u64);
    let mut end = 0;
    for run in map {
        push_uleb(&mut bytes, (run.start - end).into());
        push_uleb(&mut bytes, (run.end - run.start - 1).into());
        end = run.end;
    }
    bytes
}

/// Each toggle as its first slot and its length less one.
fn toggle_bits(changes: &[Run], layout: LargeLayout) -> Vec<u8> {
    let longest = 1 << layout.length_bits;
    let mut bits = BitWriter::default();
    for run in changes {
        for start in run.clone().step_by(longest as usize) {
            let length = (run.end - start).min(longest);
            bits.push(start.into(), layout.start_bits);
            bits.push((length - 1).into(), layout.length_bits);
        }
    }
    bits.finish()
}
