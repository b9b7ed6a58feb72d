//! Five arrays.

use super::width::width;
use crate::bits::narrow::narrow;
use crate::bits::record_pool::RecordPool;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Table;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Writes the safepoints with live references.
pub(super) fn write(scheme: &'static str, table: &Table) -> Result<Section, EncodeError> {
    let (mut first, mut lows, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let (mut data, mut pool) = (Vec::new(), RecordPool::default());
    let (mut records, mut numbers) = (Vec::new(), HashMap::new());
    for safepoint in table.iter_maps() {
        let page = (safepoint.pc >> 16) as usize;
        first.resize(first.len().max(page + 1), rows.len() as u32);
        lows.extend((safepoint.pc as u16).to_le_bytes());
        let record = pool.intern(scheme, &mut data, safepoint)?;
        rows.push(*numbers.entry(record).or_insert_with(|| {
            records.push(record);
            records.len() as u32 - 1
        }));
    }
    if rows.is_empty() {
        return Ok(Section::default());
    }
    let pages = narrow(scheme, "pages", first.len())?;
    let count = narrow(scheme, "rows", rows.len())?;
    first.push(count);
    let maps = narrow(scheme, "maps", records.len())?;
    let width = width(maps);
    let mut bytes = Vec::new();
    bytes.extend([pages, count, maps].iter().flat_map(|n| n.to_le_bytes()));
    let header = bytes.len();
    bytes.extend(first.iter().flat_map(|row| row.to_le_bytes()));
    bytes.extend(lows);
    let index = bytes.len() - header;
    for row in rows {
        bytes.extend(&row.to_le_bytes()[..width]);
    }
    bytes.extend(records.iter().flat_map(|record| record.to_le_bytes()));
    let parts = Parts {
        header,
        index,
        offsets: bytes.len() - header - index,
        payload: data.len(),
        padding: 0,
    };
    bytes.extend(data);
    Ok(Section { bytes, parts })
}
