//! Descriptors one after another, and a slot for each.

use super::place::place;
use crate::bits::narrow::narrow;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::Table;
use alloc::vec;
use alloc::vec::Vec;

/// Writes the safepoints with live references.
pub(super) fn write(scheme: &'static str, table: &Table) -> Result<Section, EncodeError> {
    if table.maps() == 0 {
        return Ok(Section::default());
    }
    let count = (2 * table.maps()).next_power_of_two();
    let log2 = count.ilog2();
    let mut slots = vec![0u32; count];
    let mut descriptors = Vec::<u8>::new();
    let short = |what, value: u32| {
        let value = u64::from(value);
        u16::try_from(value).map_err(|_| EncodeError::TooLarge {
            scheme,
            what,
            value,
        })
    };
    for safepoint in table.iter_maps() {
        let mut at = place(safepoint.pc, log2);
        while slots[at] != 0 {
            at = (at + 1) % count;
        }
        slots[at] = narrow(scheme, "descriptors", descriptors.len() / 2)? + 1;
        descriptors.extend(safepoint.pc.to_le_bytes());
        descriptors.extend(safepoint.frame_size.to_le_bytes());
        let live = safepoint.slots().count() as u32;
        descriptors.extend(short("live slots", live)?.to_le_bytes());
        for slot in safepoint.slots() {
            descriptors.extend(short("slot", slot / 4)?.to_le_bytes());
        }
    }
    let parts = Parts {
        header: size_of::<u32>(),
        index: size_of::<u32>() * (count + table.maps()),
        offsets: 0,
        payload: descriptors.len() - size_of::<u32>() * table.maps(),
        padding: 0,
    };
    let mut bytes = Vec::with_capacity(parts.total());
    bytes.extend(log2.to_le_bytes());
    bytes.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
    bytes.extend(descriptors);
    Ok(Section { bytes, parts })
}
