//! What a module's safepoint table looks like.

use super::floors;
use crate::modules;
use anyhow::{Context, Result};
use stackmap_corpus::Module;
use stackmap_encoders::exact::Exact;
use stackmap_encoders::{Encoder, Safepoint};
use stackmap_reports::results::AnatomyRow;
use std::collections::HashSet;

/// Bytes of a number in today's section.
const WORD: u64 = 4;
/// Numbers of each map there, besides its bitmap: PC, offset, frame size and
/// count of words.
const COLUMNS: u64 = 4;

/// The facts of one module.
pub fn row(module: &Module) -> Result<AnatomyRow> {
    let table = &module.table;
    let maps: Vec<Safepoint> = table.iter_maps().collect();
    let section = Exact::encode(table).with_context(|| module.key())?.bytes;
    let slots = Percentiles::of(maps.iter().map(|s| s.slots().count() as u64));
    let words = Percentiles::of(maps.iter().map(|s| s.bitmap.len() as u64));
    let frame = Percentiles::of(maps.iter().map(|s| s.frame_size.into()));
    let gap = Percentiles::of(pairs(&maps).map(|(a, b)| (b.pc - a.pc).into()));
    let neighbours = pairs(&maps).filter(|(a, b)| a.frame_size == b.frame_size);
    let hamming = Percentiles::of(neighbours.map(|(a, b)| hamming(a.bitmap, b.bitmap)));
    let n = maps.len() as u64;
    let words_in_all: u64 = maps.iter().map(|s| s.bitmap.len() as u64).sum();
    let (column, bitmaps) = (WORD * n, WORD * words_in_all);
    let (entropy0_bytes, entropy1_bytes) = floors::entropy(&maps);
    let xz = || floors::xz(&section).with_context(|| module.key());
    Ok(AnatomyRow {
        module: module.name.clone(),
        isa: module.isa,
        collector: module.collector,
        tier: module.tier,
        maps: n,
        empties: table.empties() as u64,
        slots_p50: slots.p50,
        slots_p90: slots.p90,
        slots_max: slots.max,
        words_p50: words.p50,
        words_p90: words.p90,
        words_max: words.max,
        distinct_maps: distinct(maps.iter().map(|s| (s.frame_size, s.bitmap))),
        equal_run_mean: n as f64 / equal_runs(&maps) as f64,
        hamming_p50: hamming.p50,
        hamming_p90: hamming.p90,
        hamming_max: hamming.max,
        slot_grain: slot_grain(&maps),
        frame_p50: frame.p50,
        frame_p90: frame.p90,
        frame_max: frame.max,
        distinct_frames: distinct(maps.iter().map(|s| s.frame_size)),
        gap_p50: gap.p50,
        gap_p90: gap.p90,
        gap_max: gap.max,
        section_bytes: section.len() as u64,
        bytes_count: section.len() as u64 - COLUMNS * column - bitmaps,
        bytes_pcs: column,
        bytes_offsets: column,
        bytes_frame_sizes: column,
        bytes_word_counts: column,
        bytes_bitmaps: bitmaps,
        cwasm_bytes: module.cwasm_bytes,
        entropy0_bytes,
        entropy1_bytes,
        // Compressing the largest sections takes most of a minute and 700 MB.
        xz_bytes: modules::in_detail(module).then(xz).transpose()?,
    })
}

/// Neighbours.
fn pairs<'t>(maps: &[Safepoint<'t>]) -> impl Iterator<Item = (Safepoint<'t>, Safepoint<'t>)> {
    maps.windows(2).map(|pair| (pair[0], pair[1]))
}

/// Runs of neighbours with equal maps.
fn equal_runs(maps: &[Safepoint]) -> usize {
    let differ =
        |(a, b): &(Safepoint, Safepoint)| (a.frame_size, a.bitmap) != (b.frame_size, b.bitmap);
    1 + pairs(maps).filter(differ).count()
}

/// The largest power of two that divides every slot.
fn slot_grain(maps: &[Safepoint]) -> u64 {
    let slots = maps.iter().flat_map(|s| s.slots());
    let bits = slots.fold(0, |bits, slot| bits | slot);
    1 << bits.trailing_zeros().min(31)
}

/// Slots in which two maps differ.
fn hamming(a: &[u32], b: &[u32]) -> u64 {
    let word = |map: &[u32], i: usize| map.get(i).copied().unwrap_or(0);
    let words = 0..a.len().max(b.len());
    let differing = words.map(|i| (word(a, i) ^ word(b, i)).count_ones());
    differing.sum::<u32>().into()
}

fn distinct<T: Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> u64 {
    values.collect::<HashSet<T>>().len() as u64
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Percentiles {
    p50: u64,
    p90: u64,
    max: u64,
}

impl Percentiles {
    /// The smallest values that are not below 50 %, 90 % and all of the values.
    fn of(values: impl Iterator<Item = u64>) -> Percentiles {
        let mut values: Vec<u64> = values.collect();
        values.sort_unstable();
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied().unwrap_or(0)
        };
        Percentiles {
            p50: at(50),
            p90: at(90),
            max: at(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occur() {
        let percentiles = Percentiles::of([9, 1, 2, 3, 4, 5, 6, 7, 8, 10].into_iter());
        let (p50, p90, max) = (5, 9, 10);
        assert_eq!(percentiles, Percentiles { p50, p90, max });
        assert_eq!(Percentiles::of([].into_iter()), Percentiles::default());
    }

    #[test]
    fn maps_of_unequal_length_differ_in_the_longer_ones_tail() {
        assert_eq!(hamming(&[0b1010], &[0b0110, 0, 0b11]), 4);
        assert_eq!(hamming(&[1, 2], &[1, 2]), 0);
    }
}
