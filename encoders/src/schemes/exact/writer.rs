//! Three arrays, one after the other.

use crate::bits::narrow::narrow;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Safepoint;
use alloc::vec::Vec;

/// Lays a section of these entries out; `record` puts a safepoint's data record
/// into `data` and returns its word offset.
pub(crate) fn write<'t>(
    scheme: &'static str,
    entries: impl Iterator<Item = Safepoint<'t>> + Clone,
    mut record: impl FnMut(&mut Vec<u8>, Safepoint<'t>) -> Result<u32, EncodeError>,
) -> Result<Section, EncodeError> {
    let (mut data, mut offsets) = (Vec::new(), Vec::new());
    for safepoint in entries.clone() {
        offsets.push(record(&mut data, safepoint)?);
    }
    if offsets.is_empty() {
        return Ok(Section::default());
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
    bytes.extend(entries.flat_map(|s| s.pc.to_le_bytes()));
    bytes.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&data);
    Ok(Section { bytes, parts })
}
