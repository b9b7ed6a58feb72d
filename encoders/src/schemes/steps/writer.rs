//! Today's layout, of fewer entries.

use crate::error::EncodeError;
use crate::schemes::exact::writer::write as write_entries;
use crate::section::Section;
use crate::table::{Safepoint, Table};
use alloc::vec::Vec;

/// Writes the safepoints whose map is not that of the one before; `record` as
/// in `exact`.
pub(crate) fn write<'t>(
    scheme: &'static str,
    table: &'t Table,
    record: impl FnMut(&mut Vec<u8>, Safepoint<'t>) -> Result<u32, EncodeError>,
) -> Result<Section, EncodeError> {
    if !table.is_complete() {
        return Err(EncodeError::IncompleteTable { scheme });
    }
    let neighbours = table.iter().zip(table.iter().skip(1));
    let changes = neighbours.filter(|(before, safepoint)| !safepoint.has_map_of(before));
    let steps = changes.map(|(_, safepoint)| safepoint);
    write_entries(scheme, table.iter().take(1).chain(steps), record)
}
