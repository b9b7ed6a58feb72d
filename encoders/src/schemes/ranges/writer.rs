//! Runs of equal maps, laid out in four arrays.

use crate::bits::narrow::narrow;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::{Safepoint, Table};
use alloc::vec::Vec;

/// Merges runs and lays the section out; `record` puts a safepoint's data
/// record into `data` and returns its word offset.
pub(crate) fn write<'t>(
    scheme: &'static str,
    table: &'t Table,
    mut record: impl FnMut(&mut Vec<u8>, Safepoint<'t>) -> Result<u32, EncodeError>,
) -> Result<Section, EncodeError> {
    if !table.is_complete() {
        return Err(EncodeError::IncompleteTable { scheme });
    }
    if table.maps() == 0 {
        return Ok(Section::default());
    }
    let ranges = ranges(table);
    let (mut data, mut offsets) = (Vec::new(), Vec::with_capacity(ranges.len()));
    for range in &ranges {
        offsets.push(record(&mut data, range.first)?);
    }
    let array = size_of::<u32>() * ranges.len();
    let parts = Parts {
        header: size_of::<u32>(),
        index: 2 * array,
        offsets: array,
        payload: data.len(),
        padding: 0,
    };
    let mut bytes = Vec::with_capacity(parts.total());
    bytes.extend(narrow(scheme, "count", ranges.len())?.to_le_bytes());
    bytes.extend(ranges.iter().flat_map(|range| range.first.pc.to_le_bytes()));
    for range in &ranges {
        let end = narrow(scheme, "end of range", range.last_pc as usize + 1)?;
        bytes.extend(end.to_le_bytes());
    }
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&data);
    Ok(Section { bytes, parts })
}

/// Neighbouring safepoints that share a map.
struct Range<'t> {
    first: Safepoint<'t>,
    last_pc: u32,
}

/// The runs of equal maps that no empty safepoint interrupts.
fn ranges(table: &Table) -> Vec<Range<'_>> {
    let mut ranges: Vec<Range<'_>> = Vec::new();
    let mut interrupted = true;
    for safepoint in table.iter() {
        match ranges.last_mut() {
            Some(range) if !interrupted && safepoint.has_map_of(&range.first) => {
                range.last_pc = safepoint.pc;
            }
            _ if !safepoint.is_empty() => ranges.push(Range {
                first: safepoint,
                last_pc: safepoint.pc,
            }),
            _ => {}
        }
        interrupted = safepoint.is_empty();
    }
    ranges
}
