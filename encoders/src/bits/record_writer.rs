//! Wasmtime's data record, written as [`record`](super::record) draws it.

use crate::bits::narrow::narrow;
use crate::error::EncodeError;
use crate::table::Safepoint;
use alloc::vec::Vec;

/// Appends the data record of a safepoint and returns its word offset.
pub(crate) fn append_record(
    scheme: &'static str,
    data: &mut Vec<u8>,
    safepoint: Safepoint<'_>,
) -> Result<u32, EncodeError> {
    let offset = narrow(scheme, "data offset", data.len() / size_of::<u32>())?;
    data.extend(safepoint.frame_size.to_le_bytes());
    data.extend(narrow(scheme, "bitmap words", safepoint.bitmap.len())?.to_le_bytes());
    data.extend(safepoint.bitmap.iter().flat_map(|w| w.to_le_bytes()));
    Ok(offset)
}
