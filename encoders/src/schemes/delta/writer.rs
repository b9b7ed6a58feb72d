//! Blocks of rows, and the index that leads to them.

use crate::bits::narrow::narrow;
use crate::bits::runs::differing_runs;
use crate::bits::uleb::push_uleb;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Safepoint;
use alloc::vec::Vec;

/// On 64-bit machines slots are multiples of 8. More is chance, or no slots.
const MAX_SLOT_SHIFT: u32 = 3;

/// Writes the safepoints given, empty ones among them or not, in blocks of so
/// many rows; 32 at most, as many as `empties` has bits.
pub(crate) fn write<'t>(
    scheme: &'static str,
    safepoints: impl Iterator<Item = Safepoint<'t>>,
    block_rows: usize,
) -> Result<Section, EncodeError> {
    let safepoints: Vec<_> = safepoints.collect();
    if safepoints.is_empty() {
        return Ok(Section::default());
    }
    let slots = || safepoints.iter().flat_map(Safepoint::slots);
    let all_slots = slots().fold(0, |all, slot| all | slot);
    let slot_shift = all_slots.trailing_zeros().min(MAX_SLOT_SHIFT);

    let last_slot = slots().max().unwrap_or(0) >> slot_shift;
    let scratch_words = last_slot / u64::BITS + 1;

    let (mut index, mut bodies) = (Vec::new(), Vec::new());
    for rows in safepoints.chunks(block_rows) {
        for token in block(rows, slot_shift) {
            push_uleb(&mut bodies, token);
        }
        let block_end = narrow(scheme, "end of a block", bodies.len())?;
        index.push([rows[0].pc.to_le_bytes(), block_end.to_le_bytes()]);
    }
    let block_count = narrow(scheme, "blocks", index.len())?;
    let header = [block_count, scratch_words, slot_shift].map(u32::to_le_bytes);
    let index = index.as_flattened().as_flattened();
    let parts = Parts {
        header: size_of_val(&header),
        index: index.len(),
        offsets: 0,
        payload: bodies.len(),
        padding: 0,
    };
    let bytes = [header.as_flattened(), index, &bodies].concat();
    Ok(Section { bytes, parts })
}

/// The tokens of a block, with the numbers that follow some of them.
fn block(rows: &[Safepoint<'_>], slot_shift: u32) -> Vec<u64> {
    let is_empty = rows.iter().map(|row| u64::from(row.is_empty()));
    let empties = is_empty.rev().fold(0, |bits, bit| bits << 1 | bit);
    let mut tokens = Vec::new();
    let mut before = Safepoint {
        pc: rows[0].pc,
        frame_size: 0,
        bitmap: &[],
    };
    for (i, row) in rows.iter().enumerate() {
        let pc_delta = u64::from(row.pc - before.pc);
        let pc_delta_or_empties = if i == 0 { empties } else { pc_delta };
        before.pc = row.pc;
        if row.is_empty() {
            tokens.push(pc_delta_or_empties << 1);
            continue;
        }
        let changes = changes(before, *row, slot_shift);
        before = *row;
        tokens.push(pc_delta_or_empties << 1 | u64::from(!changes.is_empty()));
        for (i, (gap, extra)) in changes.iter().enumerate() {
            let more = i + 1 < changes.len();
            tokens.push(gap << 2 | u64::from(extra.is_some()) << 1 | u64::from(more));
            tokens.extend(extra);
        }
    }
    tokens
}

/// What changes from one row to the next: gaps, each with the number that
/// follows its token, if one does.
fn changes<'t>(
    before: Safepoint<'t>,
    row: Safepoint<'t>,
    slot_shift: u32,
) -> Vec<(u64, Option<u64>)> {
    let (mut changes, mut map) = (Vec::new(), before.bitmap);
    if row.frame_size != before.frame_size {
        changes.push((0, Some(row.frame_size.into())));
        map = &[];
    }
    let mut end = 0; // of the run before
    for run in differing_runs(map, row.bitmap, slot_shift) {
        let extra = run.len().checked_sub(2).map(|extra| extra as u64);
        changes.push((u64::from(run.start - end) + 1, extra));
        end = run.end;
    }
    changes
}
