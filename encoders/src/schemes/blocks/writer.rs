//! Rows of one page, kind and frame size, block by block.

use super::block_head::{BLOCK_BYTES, BlockHead, FIRST_HIGH, HIGH_BITS, MAX_ROWS, ROW_BITS};
use super::header::{Header, Shifts};
use super::large_map::large_maps;
use super::rows::{Row, width};
use super::small_map::small_maps;
use crate::bits::bit_writer::BitWriter;
use crate::bits::bitmap::GRANULE;
use crate::bits::narrow::narrow;
use crate::bits::uleb::push_uleb;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Safepoint;
use alloc::vec::Vec;

/// Rows that an average page holds, where frames are small. They take a block
/// or two, so that a lookup soon has the right one.
pub(crate) const PAGE_ROWS: usize = 8;

/// Words of a bitmap that cover 512 bytes of frame: for each of these in the
/// average map, a page holds [`PAGE_ROWS`] once more. The larger the frames,
/// the longer a map takes to decode, and the less it matters how long the row
/// takes to find.
const FRAME_WORDS: usize = 4;

/// The low byte of a PC is compared at once, so a page has that at least.
const MIN_PAGE_SHIFT: u32 = u8::BITS;
/// What lies above it must fit the head's field for the first high part.
const MAX_PAGE_SHIFT: u32 = u8::BITS + FIRST_HIGH.bits;

/// No ISA aligns instructions to more, and frames hardly so. The few PCs or
/// frame sizes of a small module may happen to be multiples of more, and 0 is
/// one of everything; but a shift must stay below the width of a word.
const MAX_PC_SHIFT: u32 = 4;
const MAX_FRAME_SHIFT: u32 = 8;

/// The bits of a bitmap's word that stand for slots at odd multiples of 4.
const ODD_SLOTS: u32 = 0xaaaa_aaaa;

/// Bytes that the reader may read beyond the last block. The shortest has a
/// head, one row and a frame size, which is 8 bytes, and is read as a head and
/// [`MAX_ROWS`] low bytes, which is 14 more. Two spare ones make a round number.
const OVER_READ: usize = MAX_ROWS;

const _: () = assert!(ROW_BITS <= BitWriter::MOST_BITS);

/// Writes the safepoints given, empty ones among them or not, in ascending
/// order of PC.
pub(crate) fn write<'t>(
    scheme: &'static str,
    safepoints: impl Iterator<Item = Safepoint<'t>>,
    page_rows: usize,
) -> Result<Section, EncodeError> {
    let safepoints: Vec<_> = safepoints.collect();
    let Some(last) = safepoints.last() else {
        return Ok(Section::default());
    };
    debug_assert!(safepoints.is_sorted_by_key(|safepoint| safepoint.pc));
    let shifts = shifts(&safepoints, last.pc, page_rows);
    let mut rows: Vec<_> = safepoints.iter().map(|s| Row::new(*s, shifts)).collect();
    let (mut data, pages) = blocks(scheme, &mut rows, shifts)?;

    let payload = data.len();
    let index = size_of::<u32>() * pages.len();
    let padding = OVER_READ.saturating_sub(index);
    data.resize(payload + padding, 0);
    let header = Header {
        data_bytes: narrow(scheme, "data bytes", data.len())?,
        scratch_words: narrow(scheme, "scratch words", scratch_words(&safepoints, shifts))?,
        shifts,
    };
    let mut bytes = Vec::with_capacity(Header::BYTES + data.len() + index);
    bytes.extend(header.pack());
    bytes.extend(&data);
    bytes.extend(pages.iter().flat_map(|page| page.to_le_bytes()));
    let parts = Parts {
        header: Header::BYTES,
        index,
        offsets: 0,
        payload,
        padding,
    };
    Ok(Section { bytes, parts })
}

/// The units that all safepoints agree on, and a page of about so many rows.
fn shifts(safepoints: &[Safepoint<'_>], last_pc: u32, page_rows: usize) -> Shifts {
    let (mut pcs, mut frame_sizes, mut slots, mut words) = (0, 0, 0, 0);
    for safepoint in safepoints {
        pcs |= safepoint.pc;
        frame_sizes |= safepoint.frame_size;
        slots |= safepoint.bitmap.iter().fold(0, |all, word| all | word);
        words += safepoint.bitmap.len();
    }
    let rows = safepoints.len();
    let pc = pcs.trailing_zeros().min(MAX_PC_SHIFT);
    let granule = GRANULE.trailing_zeros();
    let slot = granule + u32::from(slots & ODD_SLOTS == 0);
    let frame = frame_sizes.trailing_zeros().min(MAX_FRAME_SHIFT);

    let page_rows = page_rows * (words / rows).div_ceil(FRAME_WORDS).max(1);
    let units_per_row = (last_pc >> pc) as usize / rows + 1;
    let page = (units_per_row * page_rows).ilog2();
    Shifts::new(pc, slot, frame, page.clamp(MIN_PAGE_SHIFT, MAX_PAGE_SHIFT))
}

/// Words that the largest map decodes into; one at least.
fn scratch_words(safepoints: &[Safepoint<'_>], shifts: Shifts) -> usize {
    let longest = safepoints.iter().map(|s| s.bitmap.len()).max();
    let frame_bytes = longest.unwrap_or(0).max(1) * (u32::BITS * GRANULE) as usize;
    frame_bytes.div_ceil((u64::BITS << shifts.slot()) as usize)
}

/// All blocks, and where those of each page start. A page without rows starts
/// where the next one does; one entry more says where the last one's end.
fn blocks(
    scheme: &'static str,
    rows: &mut [Row],
    shifts: Shifts,
) -> Result<(Vec<u8>, Vec<u32>), EncodeError> {
    // Blocks of a page may stand in any order, so that rows of one frame size
    // can be gathered from all over it. The sort is stable: the rows of a group
    // stay in ascending order of PC, which `block` relies on.
    let group_of = |row: &Row| (row.page(shifts), row.small.is_some(), row.frame_size);
    rows.sort_by_key(group_of);
    let (mut data, mut pages) = (Vec::new(), Vec::new());
    for group in rows.chunk_by(|a, b| group_of(a) == group_of(b)) {
        let page = group[0].page(shifts) as usize;
        let start = narrow(scheme, "data bytes", data.len())?;
        pages.resize(pages.len().max(page + 1), start);
        for rows in group.chunks(MAX_ROWS) {
            append_blocks(&mut data, rows, shifts).ok_or(EncodeError::TooLarge {
                scheme,
                what: "bytes of one map",
                value: u64::from(rows[0].frame_size) << shifts.frame(),
            })?;
        }
    }
    pages.push(narrow(scheme, "data bytes", data.len())?);
    Ok((data, pages))
}

/// Appends rows as one block, or as several if one cannot hold them; `None` if
/// a single row is too much.
fn append_blocks(data: &mut Vec<u8>, rows: &[Row], shifts: Shifts) -> Option<()> {
    if let Some(block) = block(rows, shifts) {
        data.extend(block);
        return Some(());
    }
    if rows.len() == 1 {
        return None;
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    append_blocks(data, left, shifts)?;
    append_blocks(data, right, shifts)
}

/// One block; `None` if a field of its head cannot hold what it has to.
fn block(rows: &[Row], shifts: Shifts) -> Option<Vec<u8>> {
    let small: Option<Vec<u64>> = rows.iter().map(|row| row.small).collect();
    let maps = match small {
        Some(maps) => small_maps(&maps),
        None => large_maps(rows, shifts.slot())?,
    };
    let high = |row: &Row| row.high(shifts) - rows[0].high(shifts);
    let high_bits = width(high(&rows[rows.len() - 1]).into());
    if high_bits > HIGH_BITS.max() || high_bits + maps.delta_bits > ROW_BITS {
        return None;
    }
    let mut row_bits = BitWriter::default();
    for (row, delta) in rows.iter().zip(maps.deltas) {
        row_bits.push(high(row).into(), high_bits);
        row_bits.push(delta, maps.delta_bits);
    }
    let mut body: Vec<u8> = rows.iter().map(|row| row.pc as u8).collect();
    body.extend(row_bits.finish());
    push_uleb(&mut body, rows[0].frame_size.into());
    body.extend(maps.bytes);

    let block_bytes = u32::try_from(BlockHead::BYTES + body.len()).ok()?;
    if block_bytes > BLOCK_BYTES.max() {
        return None;
    }
    let head = BlockHead {
        block_bytes,
        rows: rows.len(),
        first_high: rows[0].high(shifts),
        high_bits,
        delta_bits: maps.delta_bits,
        is_small: maps.is_small,
        layout: maps.layout,
    };
    Some([&head.pack()[..], &body].concat())
}
