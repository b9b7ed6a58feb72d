//! Probes until a slot is empty or leads to the PC.

use super::place::place;
use crate::bits::split::{split_u32, split_u32s};
use crate::encoder::{Lookup, StackMap};
use crate::error::Malformed;

/// An opened section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    log2: u32,
    slots: &'s [[u8; 4]],
    descriptors: &'s [u8],
}

impl<'s> Reader<'s> {
    pub(super) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (log2, rest) = split_u32(section)?;
        if !(1..=31).contains(&log2) {
            return Err(Malformed::InvalidField);
        }
        let (slots, descriptors) = split_u32s(rest, 1 << log2)?;
        Ok(Reader {
            log2,
            slots,
            descriptors,
        })
    }

    fn descriptor(&self, slot: u32) -> Result<(u32, Map<'s>), Malformed> {
        let start = (slot as usize - 1) * 2;
        let rest = self.descriptors.get(start..).ok_or(Malformed::Truncated)?;
        let (pc, rest) = split_u32(rest)?;
        let (frame_size, rest) = split_u32(rest)?;
        let (live, offsets) = rest.split_first_chunk().ok_or(Malformed::Truncated)?;
        let offsets = offsets.as_chunks().0;
        let offsets = offsets.get(..u16::from_le_bytes(*live) as usize);
        let offsets = offsets.ok_or(Malformed::Truncated)?;
        Ok((
            pc,
            Map {
                frame_size,
                offsets,
            },
        ))
    }
}

/// A descriptor's map.
#[derive(Clone, Copy, Debug)]
pub struct Map<'s> {
    frame_size: u32,
    offsets: &'s [[u8; 2]],
}

impl StackMap for Map<'_> {
    fn frame_size(&self) -> u32 {
        self.frame_size
    }

    fn slots(&self) -> impl Iterator<Item = u32> {
        self.offsets
            .iter()
            .map(|o| 4 * u32::from(u16::from_le_bytes(*o)))
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = Map<'s>
    where
        's: 'm;

    fn lookup<'m>(&self, pc: u32, _: &'m mut [u64]) -> Result<Lookup<Map<'s>>, Malformed>
    where
        's: 'm,
    {
        let Some(mask) = self.slots.len().checked_sub(1) else {
            return Ok(Lookup::Missing);
        };
        let start = place(pc, self.log2);
        for i in 0..self.slots.len() {
            let slot = u32::from_le_bytes(self.slots[(start + i) & mask]);
            if slot == 0 {
                break;
            }
            match self.descriptor(slot)? {
                (found, map) if found == pc => return Ok(Lookup::Map(map)),
                _ => continue,
            }
        }
        Ok(Lookup::Missing)
    }
}
