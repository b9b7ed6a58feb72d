//! One bit table for each run of one frame size.

use super::width::width;
use crate::bits::bit_writer::BitWriter;
use crate::bits::narrow::narrow;
use crate::bits::uleb::push_uleb;
use crate::error::EncodeError;
use crate::section::{Parts, Section};
use crate::table::{Safepoint, Table};
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Writes the safepoints with live references.
pub(super) fn write(scheme: &'static str, table: &Table) -> Result<Section, EncodeError> {
    let rows: Vec<_> = table.iter_maps().collect();
    if rows.is_empty() {
        return Ok(Section::default());
    }
    let slots = || rows.iter().flat_map(Safepoint::slots);
    let shift = slots().fold(8, |all, slot| all | slot).trailing_zeros();
    let last = slots().max().unwrap_or(0) >> shift;

    let (mut groups, mut bodies) = (Vec::new(), Vec::new());
    for group in rows.chunk_by(|a, b| a.frame_size == b.frame_size) {
        groups.extend(group[0].pc.to_le_bytes());
        groups.extend(narrow(scheme, "position", bodies.len())?.to_le_bytes());
        body(&mut bodies, group, shift);
    }
    let header = [groups.len() as u32 / 8, last / u64::BITS + 1, shift].map(u32::to_le_bytes);
    let parts = Parts {
        header: size_of_val(&header),
        index: groups.len(),
        offsets: 0,
        payload: bodies.len(),
        padding: 0,
    };
    let bytes = [header.as_flattened(), &groups, &bodies].concat();
    Ok(Section { bytes, parts })
}

fn body(bodies: &mut Vec<u8>, group: &[Safepoint<'_>], shift: u32) {
    let (mut maps, mut numbers) = (Vec::new(), HashMap::new());
    let indexes: Vec<u32> = group
        .iter()
        .map(|row| {
            *numbers.entry(row.bitmap).or_insert_with(|| {
                maps.push(row);
                maps.len() as u32 - 1
            })
        })
        .collect();
    let first = group[0].pc;
    let pc_bits = width(group[group.len() - 1].pc - first);
    let index_bits = width(maps.len() as u32 - 1);
    let last = group.iter().flat_map(Safepoint::slots).max().unwrap_or(0);
    let map_bits = (last >> shift) + 1;
    let count = [group.len() as u32, group[0].frame_size, maps.len() as u32];
    for number in count.into_iter().chain([pc_bits, map_bits]) {
        push_uleb(bodies, number);
    }
    let mut bits = BitWriter::default();
    group
        .iter()
        .for_each(|row| bits.push((row.pc - first).into(), pc_bits));
    indexes
        .iter()
        .for_each(|index| bits.push((*index).into(), index_bits));
    for map in maps {
        let mut live = map.slots().map(|slot| slot >> shift).peekable();
        for bit in 0..map_bits {
            let is_live = live.next_if_eq(&bit).is_some();
            bits.push(is_live.into(), 1);
        }
    }
    bodies.extend(bits.finish());
}
