//! Rows page by page, and for each page where its rows start.

use super::page::{MAX_PAGE_SHIFT, low};
use crate::bits::narrow::narrow;
use crate::bits::record_pool::RecordPool;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Table;
use alloc::vec::Vec;

/// Safepoints that an average page holds: few enough to compare one by one,
/// enough that pages are not what the section is made of.
const PAGE_ROWS: usize = 4;

/// Writes the safepoints with live references.
pub(super) fn write(scheme: &'static str, table: &Table) -> Result<Section, EncodeError> {
    let Some(last) = table.iter_maps().last() else {
        return Ok(Section::default());
    };
    let bytes_per_row = last.pc as usize / table.maps() + 1;
    let page_shift = (bytes_per_row * PAGE_ROWS).ilog2().min(MAX_PAGE_SHIFT);
    let pages = (last.pc >> page_shift) + 1;

    let (mut first_rows, mut offsets) = (Vec::new(), Vec::new());
    let (mut data, mut pool) = (Vec::new(), RecordPool::default());
    for safepoint in table.iter_maps() {
        let page = (safepoint.pc >> page_shift) as usize;
        let row = narrow(scheme, "rows", offsets.len())?;
        first_rows.resize(first_rows.len().max(page + 1), row);
        offsets.push(pool.intern(scheme, &mut data, safepoint)?);
    }
    first_rows.push(narrow(scheme, "rows", offsets.len())?);

    let parts = Parts {
        header: 2 * size_of::<u32>(),
        index: size_of::<u32>() * first_rows.len() + size_of::<u16>() * offsets.len(),
        offsets: size_of::<u32>() * offsets.len(),
        payload: data.len(),
        padding: 0,
    };
    let mut bytes = Vec::with_capacity(parts.total());
    bytes.extend(pages.to_le_bytes());
    bytes.extend(page_shift.to_le_bytes());
    bytes.extend(first_rows.iter().flat_map(|row| row.to_le_bytes()));
    bytes.extend(table.iter_maps().flat_map(|s| low(s.pc, page_shift)));
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&data);
    Ok(Section { bytes, parts })
}
