//! The writer.

use super::head::{HEAD, HEADER, ROWS};
use crate::bits::bit_writer::BitWriter;
use crate::bits::bitmap::slots_of;
use crate::bits::narrow::narrow;
use crate::bits::uleb::push_uleb;
use crate::bits::words::mask;
use crate::{EncodeError, Parts, Safepoint, Section};
use alloc::vec::Vec;

/// Rows of an average page, per 512 bytes of the average frame's map.
pub(crate) const PAGE_ROWS: usize = 8;

/// Slots of a small block.
const SMALL: u32 = 56;

/// Bits that can be read at any bit of a byte at once.
const WORD: u32 = 57;

/// Toggles of a block: those that value bits can count to.
const TOGGLES: usize = 63;

/// Bits of a toggle's start and length, at most.
const START_BITS: u32 = 15;
const LENGTH_BITS: u32 = 5;

/// Writes the safepoints given, empty ones among them or not.
pub(crate) fn write<'t>(
    scheme: &'static str,
    safepoints: impl Iterator<Item = Safepoint<'t>> + Clone,
    page_rows: usize,
) -> Result<Section, EncodeError> {
    let Some(last) = safepoints.clone().last() else {
        return Ok(Section::default());
    };
    let mut rows = Vec::with_capacity(safepoints.clone().count());
    let (mut pcs, mut frames, mut slots, mut longest, mut words) = (0, 0, 0, 0, 0);
    for s in safepoints.clone() {
        pcs |= s.pc;
        frames |= s.frame_size;
        slots |= s.bitmap.iter().fold(0, |a, w| a | w);
        longest = longest.max(s.bitmap.len());
        words += s.bitmap.len();
    }
    let unit = Units {
        pc: pcs.trailing_zeros().min(4),
        slot: if slots & 0xaaaa_aaaa == 0 { 3 } else { 2 },
        frame: frames.trailing_zeros().min(8),
    };
    rows.extend(safepoints.map(|s| Row::new(s, unit)));
    let page_rows = page_rows * (words / rows.len()).div_ceil(4).max(1);
    let units_per_row = (last.pc >> unit.pc) as usize / rows.len() + 1;
    let shift = (units_per_row * page_rows).ilog2().clamp(8, 16);

    let kind = |r: &Row| (r.pc >> shift, r.small.is_some(), r.frame_size);
    for page in rows.chunk_by_mut(|a, b| a.pc >> shift == b.pc >> shift) {
        page.sort_by_key(kind);
    }
    let (mut data, mut pages) = (Vec::new(), Vec::new());
    for group in rows.chunk_by(|a, b| kind(a) == kind(b)) {
        let page = (group[0].pc >> shift) as usize;
        let start = narrow(scheme, "data bytes", data.len())?;
        pages.resize(pages.len().max(page + 1), start);
        for rows in group.chunks(ROWS) {
            push(&mut data, rows, unit.slot, shift).ok_or(EncodeError::TooLarge {
                scheme,
                what: "bytes of one map",
                value: u64::from(rows[0].frame_size) << unit.frame,
            })?;
        }
    }
    pages.push(narrow(scheme, "data bytes", data.len())?);

    let padding = ROWS.saturating_sub(4 * pages.len());
    let payload = data.len();
    data.resize(payload + padding, 0);
    let mut bytes = Vec::with_capacity(HEADER + data.len() + 4 * pages.len());
    bytes.extend(narrow(scheme, "data bytes", data.len())?.to_le_bytes());
    let scratch = longest.max(1).div_ceil(1 << (unit.slot - 1));
    bytes.extend(narrow(scheme, "scratch words", scratch)?.to_le_bytes());
    bytes.extend([
        unit.pc as u8,
        unit.slot as u8,
        unit.frame as u8,
        shift as u8,
    ]);
    bytes.extend(&data);
    bytes.extend(pages.iter().flat_map(|page| page.to_le_bytes()));
    let parts = Parts {
        header: HEADER,
        index: 4 * pages.len(),
        offsets: 0,
        payload,
        padding,
    };
    Ok(Section { bytes, parts })
}

/// Log2 of what every PC, slot and frame size is a multiple of.
#[derive(Clone, Copy)]
struct Units {
    pc: u32,
    slot: u32,
    frame: u32,
}

/// A safepoint in units.
struct Row<'t> {
    pc: u32,
    frame_size: u32,
    bitmap: &'t [u32],
    /// The map in one word, if all its slots are among the first.
    small: Option<u64>,
}

/// What the blocks of the two kinds differ in.
struct Map {
    bytes: Vec<u8>,
    /// The bits of the head from `small` on.
    head: u32,
    values: Vec<u64>,
    value_bits: u32,
}

impl<'t> Row<'t> {
    fn new(safepoint: Safepoint<'t>, unit: Units) -> Self {
        let words = safepoint.bitmap.iter().copied();
        let mut slots = slots_of(words).map(|s| s >> unit.slot);
        Row {
            pc: safepoint.pc >> unit.pc,
            frame_size: safepoint.frame_size >> unit.frame,
            bitmap: safepoint.bitmap,
            small: slots.try_fold(0, |map, s| (s < SMALL).then(|| map | 1 << s)),
        }
    }
}

/// Appends a block, or several if it cannot be one.
fn push(data: &mut Vec<u8>, rows: &[Row], slot: u32, shift: u32) -> Option<()> {
    if let Some(block) = block(rows, slot, shift) {
        data.extend(block);
        return Some(());
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    (!left.is_empty()).then_some(())?;
    push(data, left, slot, shift)?;
    push(data, right, slot, shift)
}

fn block(rows: &[Row], slot: u32, shift: u32) -> Option<Vec<u8>> {
    let map = match rows[0].small {
        Some(word) => small_map(rows, word),
        None => large_map(rows, slot)?,
    };
    let high = |row: &Row| u64::from(row.pc & ((1 << shift) - 1)) >> 8;
    let first = high(&rows[0]);
    let high_bits = bits(high(&rows[rows.len() - 1]) - first);
    if high_bits > 7 || high_bits + map.value_bits > WORD {
        return None;
    }
    let mut words = BitWriter::default();
    for (row, value) in rows.iter().zip(map.values) {
        let word = (high(row) - first) | value << high_bits;
        words.push(word, high_bits + map.value_bits);
    }
    let mut body: Vec<u8> = rows.iter().map(|r| r.pc as u8).collect();
    body.extend(words.finish());
    push_uleb(&mut body, rows[0].frame_size);
    body.extend(map.bytes);
    let len = u16::try_from(HEAD + body.len()).ok()?;
    let head = u64::from(len)
        | (rows.len() as u64 - 1) << 16
        | first << 20
        | u64::from(high_bits) << 28
        | u64::from(map.value_bits) << 31
        | u64::from(map.head) << 37;
    let mut block = head.to_le_bytes()[..HEAD].to_vec();
    block.extend(body);
    Some(block)
}

fn small_map(rows: &[Row], first: u64) -> Map {
    let maps = rows.iter().filter_map(|r| r.small);
    let differing = maps.clone().fold(0, |all, map| all | map ^ first);
    let start = differing.trailing_zeros() % 64;
    let value_bits = bits(differing >> start);
    let common = first & !(mask(value_bits) << start);
    let bytes = bits(common).div_ceil(8);
    Map {
        bytes: common.to_le_bytes()[..bytes as usize].to_vec(),
        head: 1 | bytes << 1 | start << 4,
        values: maps.map(|map| map >> start & mask(value_bits)).collect(),
        value_bits,
    }
}

fn large_map(rows: &[Row], slot: u32) -> Option<Map> {
    let (mut runs, mut ends) = (Vec::new(), Vec::from([0]));
    for pair in rows.windows(2) {
        toggled(pair[0].bitmap, pair[1].bitmap, slot, &mut runs);
        ends.push(runs.len());
    }
    // A run longer than a toggle takes several.
    let toggles = |runs: &[(u32, u32)], length_bits: u32| -> usize {
        let pieces = runs.iter().map(|r| (r.1 - r.0).div_ceil(1 << length_bits));
        pieces.sum::<u32>() as usize
    };
    let last = runs.iter().map(|r| r.1 - 1).max().unwrap_or(0);
    let start_bits = bits(last.into());
    let cost = |length_bits: u32| {
        let toggles = toggles(&runs, length_bits);
        (
            toggles > TOGGLES,
            toggles * (start_bits + length_bits) as usize,
        )
    };
    let length_bits = (0..=LENGTH_BITS).min_by_key(|&b| cost(b))?;
    let total = toggles(&runs, length_bits);
    if start_bits > START_BITS || total > TOGGLES {
        return None;
    }
    let mut bytes = Vec::new();
    let mut restart = Vec::new();
    toggled(&[], rows[0].bitmap, slot, &mut restart);
    push_uleb(&mut bytes, restart.len() as u32);
    let mut end = 0;
    for run in restart {
        push_uleb(&mut bytes, run.0 - end);
        push_uleb(&mut bytes, run.1 - run.0 - 1);
        end = run.1;
    }
    let mut pieces = BitWriter::default();
    for &(start, end) in &runs {
        for piece in (start..end).step_by(1 << length_bits) {
            let length = (end - piece).min(1 << length_bits);
            let piece = piece | (length - 1) << start_bits;
            pieces.push(piece.into(), start_bits + length_bits);
        }
    }
    bytes.extend(pieces.finish());
    Some(Map {
        bytes,
        head: start_bits << 1 | length_bits << 5,
        values: ends
            .iter()
            .map(|&end| toggles(&runs[..end], length_bits) as u64)
            .collect(),
        value_bits: bits(total as u64),
    })
}

/// Appends the runs of slots in which two bitmaps differ.
fn toggled(a: &[u32], b: &[u32], slot: u32, runs: &mut Vec<(u32, u32)>) {
    let first = runs.len();
    let word = |map: &[u32], i: usize| map.get(i).copied().unwrap_or(0);
    let differing = (0..a.len().max(b.len())).map(|i| word(a, i) ^ word(b, i));
    for at in slots_of(differing).map(|s| s >> slot) {
        match runs[first..].last_mut() {
            Some(run) if run.1 == at => run.1 += 1,
            _ => runs.push((at, at + 1)),
        }
    }
}

/// Bits that a number takes.
fn bits(number: u64) -> u32 {
    64 - number.leading_zeros()
}
