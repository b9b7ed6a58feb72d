//! Rows of one page, kind and frame size, block by block.

use super::head::{HEAD_BYTES, HEADER_BYTES, MAX_ROWS, pack};
use super::maps::{large_maps, small_maps, width};
use crate::bits::narrow::narrow;
use crate::bits::uleb::push_uleb;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Safepoint;
use alloc::vec;
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
const MIN_PAGE_SHIFT: u32 = 8;
/// What lies above it must fit the head's field for the first high part.
const MAX_PAGE_SHIFT: u32 = 16;

/// No ISA aligns instructions to more, and slots hardly so. The few PCs or slots
/// of a small module may happen to be multiples of more, and 0 is one of
/// everything; but a shift must stay below the width of a word.
const MAX_PC_SHIFT: u32 = 4;
const MAX_SLOT_SHIFT: u32 = 3;

/// Slots that a small map may have: as many as seven common bytes have bits.
const SMALL_SLOTS: u32 = 56;

/// Most bits of a row's high part and delta together. A row is read as eight
/// bytes, from the byte of its first bit on: up to seven bits may be another's.
const ROW_BITS: u32 = u64::BITS - 7;

/// Bytes that the reader may read beyond the last block. The shortest has a
/// head, one row and a frame size, which is 8 bytes, and is read as a head and
/// [`MAX_ROWS`] low bytes, which is 14 more. Two spare ones make a round number.
const OVER_READ: usize = MAX_ROWS;

/// A safepoint, with its PC and frame size in the units of the section.
struct Row<'t> {
    page: u32,
    /// Where in the page.
    place: u32,
    frame_size: u32,
    bitmap: &'t [u32],
    /// One bit per unit of slots, if the map is small.
    small: Option<u64>,
}

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
    let slots = || safepoints.iter().flat_map(Safepoint::slots);
    let pcs = safepoints.iter().fold(0, |all, s| all | s.pc);
    let sizes = safepoints.iter().fold(0, |all, s| all | s.frame_size);
    let pc_shift = pcs.trailing_zeros().min(MAX_PC_SHIFT);
    let slot_shift = slots().fold(sizes, |all, slot| all | slot).trailing_zeros();
    let slot_shift = slot_shift.min(MAX_SLOT_SHIFT);
    let scratch_words = (slots().max().unwrap_or(0) >> slot_shift) / u64::BITS + 1;

    let words: usize = safepoints.iter().map(|s| s.bitmap.len()).sum();
    let page_rows = page_rows * (words / safepoints.len()).div_ceil(FRAME_WORDS).max(1);
    let units_per_row = (last.pc >> pc_shift) as usize / safepoints.len() + 1;
    let page_shift = (units_per_row * page_rows).ilog2();
    let page_shift = page_shift.clamp(MIN_PAGE_SHIFT, MAX_PAGE_SHIFT);

    let row = |safepoint: &Safepoint<'t>| Row {
        page: safepoint.pc >> pc_shift >> page_shift,
        place: safepoint.pc >> pc_shift & ((1 << page_shift) - 1),
        frame_size: safepoint.frame_size >> slot_shift,
        bitmap: safepoint.bitmap,
        small: safepoint.slots().try_fold(0, |map, slot| {
            let slot = slot >> slot_shift;
            (slot < SMALL_SLOTS).then(|| map | 1 << slot)
        }),
    };
    let (mut data, pages) = blocks(scheme, safepoints.iter().map(row).collect(), slot_shift)?;

    let pages: Vec<_> = pages.into_iter().flat_map(u32::to_le_bytes).collect();
    let payload = data.len();
    let padding = OVER_READ.saturating_sub(pages.len());
    data.resize(payload + padding, 0);
    let data_bytes = narrow(scheme, "data bytes", data.len())?;
    let shifts = [pc_shift, slot_shift, page_shift, 0].map(|shift| shift as u8);
    let header = [data_bytes, scratch_words, u32::from_le_bytes(shifts)].map(u32::to_le_bytes);
    let parts = Parts {
        header: HEADER_BYTES,
        index: pages.len(),
        offsets: 0,
        payload,
        padding,
    };
    let bytes = [header.as_flattened(), &data, &pages].concat();
    Ok(Section { bytes, parts })
}

/// All blocks, and where those of each page start. A page without rows starts
/// where the next one does; one entry more says where the last one's end.
fn blocks(
    scheme: &'static str,
    mut rows: Vec<Row>,
    slot_shift: u32,
) -> Result<(Vec<u8>, Vec<u32>), EncodeError> {
    // Blocks of a page may stand in any order, so that rows of one frame size
    // can be gathered from all over it. The sort is stable: the rows of a group
    // stay in ascending order of PC, which `block` relies on.
    let group_of = |row: &Row| (row.page, row.small.is_some(), row.frame_size);
    rows.sort_by_key(group_of);
    let (mut data, mut pages) = (Vec::new(), Vec::new());
    for mut rest in rows.chunk_by(|a, b| group_of(a) == group_of(b)) {
        let start = narrow(scheme, "data bytes", data.len())?;
        pages.resize(pages.len().max(rest[0].page as usize + 1), start);
        let mut rows = MAX_ROWS;
        while !rest.is_empty() {
            rows = rows.min(rest.len());
            match block(&rest[..rows], slot_shift) {
                Some(block) => {
                    data.extend(block);
                    rest = &rest[rows..];
                    rows = MAX_ROWS;
                }
                None if rows > 1 => rows /= 2,
                None => {
                    return Err(EncodeError::TooLarge {
                        scheme,
                        what: "bytes of one map",
                        value: u64::from(rest[0].frame_size) << slot_shift,
                    });
                }
            }
        }
    }
    pages.push(narrow(scheme, "data bytes", data.len())?);
    Ok((data, pages))
}

/// One block; `None` if it cannot hold all these rows.
fn block(rows: &[Row], slot_shift: u32) -> Option<Vec<u8>> {
    let small: Option<Vec<u64>> = rows.iter().map(|row| row.small).collect();
    let bitmaps = || rows.iter().map(|row| row.bitmap).collect::<Vec<_>>();
    let maps = match small {
        Some(maps) => small_maps(&maps),
        None => large_maps(&bitmaps(), slot_shift)?,
    };
    let first_high = rows[0].place >> u8::BITS;
    let high = |row: &Row| u64::from((row.place >> u8::BITS) - first_high);
    let high_bits = width(high(&rows[rows.len() - 1]));
    let delta_bits = width(maps.deltas.iter().fold(0, |all, delta| all | delta));
    let row_bits = high_bits + delta_bits;
    if row_bits > ROW_BITS {
        return None;
    }
    let bytes = (rows.len() * row_bits as usize).div_ceil(8);
    let mut bits = vec![0; bytes + size_of::<u64>()];
    for (i, (row, delta)) in rows.iter().zip(&maps.deltas).enumerate() {
        let bit = i * row_bits as usize;
        let word = bits[bit / 8..].first_chunk_mut()?;
        let row = (high(row) | delta << high_bits) << (bit % 8);
        *word = (u64::from_le_bytes(*word) | row).to_le_bytes();
    }
    let mut body: Vec<u8> = rows.iter().map(|row| row.place as u8).collect();
    body.extend(&bits[..bytes]);
    push_uleb(&mut body, rows[0].frame_size.into());
    body.extend(maps.bytes);

    let body_bytes = u32::try_from(body.len()).ok()?;
    let last_row = rows.len() as u32 - 1;
    let [is_large, window_start, common_bytes] = maps.layout;
    let head = pack([
        body_bytes,
        last_row,
        first_high,
        high_bits,
        delta_bits,
        is_large,
        window_start,
        common_bytes,
    ])?;
    Some([&head.to_le_bytes()[..HEAD_BYTES], &body].concat())
}
