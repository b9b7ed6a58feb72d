//! Three arrays, one after the other.

use crate::bits::narrow::narrow;
use crate::{EncodeError, Parts, Safepoint, Section, Table};
use alloc::vec::Vec;

/// Lays the section out; `record` puts a safepoint's data record into `data`
/// and returns its word offset.
pub(crate) fn write<'t>(
    scheme: &'static str,
    table: &'t Table,
    mut record: impl FnMut(&mut Vec<u8>, Safepoint<'t>) -> Result<u32, EncodeError>,
) -> Result<Section, EncodeError> {
    if table.maps() == 0 {
        return Ok(Section::default());
    }
    let (mut data, mut offsets) = (Vec::new(), Vec::new());
    for safepoint in table.iter_maps() {
        offsets.push(record(&mut data, safepoint)?);
    }
    let array = size_of::<u32>() * offsets.len();
    let parts = Parts {
        header: size_of::<u32>(),
        index: array,
        offsets: array,
        payload: data.len(),
        padding: 0,
    };
    let mut bytes = Vec::with_capacity(parts.total());
    bytes.extend(narrow(scheme, "count", offsets.len())?.to_le_bytes());
    bytes.extend(table.iter_maps().flat_map(|s| s.pc.to_le_bytes()));
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&data);
    Ok(Section { bytes, parts })
}
