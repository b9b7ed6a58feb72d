//! Functions, safepoints and maps as columns, and back. The parent module draws
//! the layout.

use super::header::Header;
use super::varint::{Column, put, put_difference};
use crate::cwasm::section_entries;
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
    for entry in section_entries(section)? {
        put_difference(frames, frame, entry.frame_size);
        frame = entry.frame_size;
        let next: Vec<u32> = entry.bitmap().collect();
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

/// The tables in an unpacked body. A damaged body cannot make this allocate more
/// than the body has bytes for; only the section can be longer, and its length
/// is checked first.
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
    const COUNT_WORDS: u64 = 1;
    /// PC and offset; frame size and length of the bitmap.
    const WORDS_PER_MAP: u64 = 4;
    let maps = recorded.0.iter().filter(|&&r| r == 1).count() as u64;
    if maps == 0 {
        return Some(0);
    }
    let (mut words, mut length, mut bitmaps) = (Column(words.0), 0, 0u64);
    for _ in 0..maps {
        length = words.differing(length)?;
        bitmaps = bitmaps.checked_add(length.into())?;
    }
    let words = maps.checked_mul(WORDS_PER_MAP)?.checked_add(bitmaps)?;
    words.checked_add(COUNT_WORDS)?.checked_mul(4)
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
    let mut section = SectionWriter::default();
    let (mut pc, mut frame, mut bitmap) = (0, 0, Vec::new());
    while let Some(is_map) = recorded.byte() {
        pc = pcs.above(pc)?;
        match is_map {
            0 => table.push(pc.into(), 0, []).ok()?,
            1 => {
                frame = frames.differing(frame)?;
                let length = words.differing(bitmap.len() as u32)? as usize;
                toggle(&mut bitmap, length, toggles.number()?, bits)?;
                let map = table.push_bitmap(pc.into(), frame, bitmap.iter().copied());
                map.ok()?;
                section.push(pc, frame, &bitmap)?;
            }
            _ => return None,
        }
    }
    Some((table, section.finish()))
}

/// Turns the bitmap of one map into that of the next, of `length` words, by the
/// next `count` bits in which they differ.
fn toggle(bitmap: &mut Vec<u32>, length: usize, count: u64, bits: &mut Column<'_>) -> Option<()> {
    bitmap.resize(length.max(bitmap.len()), 0);
    let mut bit = 0u64;
    for _ in 0..count {
        bit = bit.checked_add(bits.number()?)?;
        let word = bitmap.get_mut(usize::try_from(bit / 32).ok()?)?;
        *word ^= 1 << (bit % 32);
    }
    let cut_off = bitmap.split_off(length);
    cut_off.iter().all(|&word| word == 0).then_some(())
}

/// Wasmtime's section, with one data record per map in the order of PCs.
#[derive(Default)]
struct SectionWriter {
    pcs: Vec<u32>,
    offsets: Vec<u32>,
    data: Vec<u32>,
}

impl SectionWriter {
    fn push(&mut self, pc: u32, frame_size: u32, bitmap: &[u32]) -> Option<()> {
        self.pcs.push(pc);
        self.offsets.push(u32::try_from(self.data.len()).ok()?);
        self.data.extend([frame_size, bitmap.len() as u32]);
        self.data.extend_from_slice(bitmap);
        Some(())
    }

    /// The bytes; none without maps.
    fn finish(self) -> Vec<u8> {
        if self.pcs.is_empty() {
            return Vec::new();
        }
        let words = [self.pcs.len() as u32].into_iter();
        let words = words.chain(self.pcs).chain(self.offsets).chain(self.data);
        words.flat_map(u32::to_le_bytes).collect()
    }
}
