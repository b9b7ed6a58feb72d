//! Functions, safepoints and maps as columns, and back. See the module above
//! for the layout.

use super::header::Header;
use super::varint::{Column, put, put_difference};
use crate::cwasm::rows;
use crate::module::{Function, FunctionKind, Module};
use stackmap_encoders::Table;

const COLUMNS: usize = 9;
const KINDS: [FunctionKind; 3] = [
    FunctionKind::Wasm,
    FunctionKind::ModuleStart,
    FunctionKind::Trampoline,
];

/// What the columns of a recording hold.
pub(super) struct Tables {
    pub functions: Vec<Function>,
    pub table: Table,
    pub section: Vec<u8>,
}

// ── writer ──────────────────────────────────────────────────────────────────

/// The body of a recording, not yet packed. The error says why the module
/// cannot be recorded.
pub(super) fn write(module: &Module) -> Result<Vec<u8>, String> {
    let mut columns: [Vec<u8>; COLUMNS] = Default::default();
    let [gaps, lengths, kinds, pcs, recorded, ..] = &mut columns;
    let mut end = 0;
    for f in &module.functions {
        let gap = f
            .range
            .start
            .checked_sub(end)
            .ok_or("its functions overlap")?;
        let length = f
            .range
            .end
            .checked_sub(f.range.start)
            .ok_or("a function ends before it starts")?;
        put(gaps, gap.into());
        put(lengths, length.into());
        kinds.push(KINDS.iter().position(|&k| k == f.kind).unwrap_or_default() as u8);
        end = f.range.end;
    }
    let mut previous = 0;
    for safepoint in module.table.iter() {
        put(pcs, (safepoint.pc - previous).into());
        recorded.push(u8::from(!safepoint.is_empty()));
        previous = safepoint.pc;
    }
    write_maps(module.section.as_deref().unwrap_or_default(), &mut columns)?;

    let mut out = Vec::new();
    for column in columns {
        let length = u32::try_from(column.len()).map_err(|_| "a column exceeds 4 GiB")?;
        out.extend(length.to_le_bytes());
        out.extend(column);
    }
    Ok(out)
}

fn write_maps(section: &[u8], columns: &mut [Vec<u8>; COLUMNS]) -> Result<(), String> {
    let [.., frames, words, toggles, bits] = columns;
    let (mut frame, mut bitmap) = (0, Vec::new());
    for row in rows(section)? {
        put_difference(frames, frame, row.frame_size);
        frame = row.frame_size;
        let next: Vec<u32> = row.bitmap().collect();
        put_difference(words, bitmap.len() as u32, next.len() as u32);
        let (mut count, mut previous) = (0, 0);
        for i in 0..bitmap.len().max(next.len()) {
            let word = |b: &[u32]| b.get(i).copied().unwrap_or_default();
            let mut differing = word(&bitmap) ^ word(&next);
            while differing != 0 {
                let bit = i as u64 * 32 + u64::from(differing.trailing_zeros());
                put(bits, bit - previous);
                previous = bit;
                count += 1;
                differing &= differing - 1;
            }
        }
        put(toggles, count);
        bitmap = next;
    }
    Ok(())
}

// ── reader ──────────────────────────────────────────────────────────────────

/// The tables in an unpacked body. Nothing is allocated beyond what the body
/// has bytes for, but for the section, whose length is checked first.
pub(super) fn read(body: &[u8], header: &Header) -> Option<Tables> {
    let mut rest = body;
    let mut columns = [const { Column(&[]) }; COLUMNS];
    for column in &mut columns {
        let (length, tail) = rest.split_first_chunk()?;
        let (bytes, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        *column = Column(bytes);
        rest = tail;
    }
    let functions = read_functions(&mut columns)?;
    let bytes = header.section.as_ref().map_or(0, |s| s.bytes);
    let (table, section) = read_maps(&mut columns, header.complete, bytes)?;
    let exhausted = rest.is_empty() && columns.iter().all(|c| c.0.is_empty());
    exhausted.then_some(Tables {
        functions,
        table,
        section,
    })
}

fn read_functions(columns: &mut [Column<'_>; COLUMNS]) -> Option<Vec<Function>> {
    let [gaps, lengths, kinds, ..] = columns;
    let (mut functions, mut end) = (Vec::new(), 0);
    while let Some(kind) = kinds.byte() {
        let start = gaps.above(end)?;
        end = lengths.above(start)?;
        functions.push(Function {
            range: start..end,
            kind: *KINDS.get(usize::from(kind))?,
        });
    }
    Some(functions)
}

/// Bytes of the section that columns 4 and 6 describe; 0 without maps.
fn section_bytes(recorded: &Column<'_>, words: &Column<'_>) -> Option<u64> {
    let maps = recorded.0.iter().filter(|&&r| r == 1).count() as u64;
    let (mut words, mut length, mut total) = (Column(words.0), 0, 0u64);
    for _ in 0..maps {
        length = words.differing(length)?;
        total = total.checked_add(length.into())?;
    }
    let header = if maps == 0 { 0 } else { 4 };
    maps.checked_mul(16)?
        .checked_add(total.checked_mul(4)?)?
        .checked_add(header)
}

fn read_maps(
    columns: &mut [Column<'_>; COLUMNS],
    complete: bool,
    expected_bytes: u64,
) -> Option<(Table, Vec<u8>)> {
    let [_, _, _, pcs, recorded, frames, words, toggles, bits] = columns;
    if section_bytes(recorded, words)? != expected_bytes {
        return None;
    }
    let mut table = match complete {
        true => Table::complete(),
        false => Table::incomplete(),
    };
    let (mut addresses, mut offsets, mut data) = (Vec::new(), Vec::new(), Vec::new());
    let (mut pc, mut frame, mut bitmap) = (0, 0, Vec::new());
    while let Some(is_map) = recorded.byte() {
        pc = pcs.above(pc)?;
        match is_map {
            0 => table.push(pc.into(), 0, []).ok()?,
            1 => {
                frame = frames.differing(frame)?;
                let length = words.differing(bitmap.len() as u32)? as usize;
                let longest = length.max(bitmap.len());
                bitmap.resize(longest, 0);
                let mut bit = 0u64;
                for _ in 0..toggles.number()? {
                    bit = bit.checked_add(bits.number()?)?;
                    *bitmap.get_mut(usize::try_from(bit / 32).ok()?)? ^= 1 << (bit % 32);
                }
                if bitmap[length..].iter().any(|&w| w != 0) {
                    return None;
                }
                bitmap.truncate(length);
                table
                    .push_bitmap(pc.into(), frame, bitmap.iter().copied())
                    .ok()?;
                addresses.push(pc);
                offsets.push(u32::try_from(data.len()).ok()?);
                data.extend([frame, length as u32]);
                data.extend_from_slice(&bitmap);
            }
            _ => return None,
        }
    }
    let count = (!offsets.is_empty()).then_some(offsets.len() as u32);
    let section = count
        .into_iter()
        .chain(addresses)
        .chain(offsets)
        .chain(data);
    let section = section.flat_map(u32::to_le_bytes).collect();
    Some((table, section))
}
