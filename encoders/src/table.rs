//! The input of every writer: the safepoints of one module.

use crate::bits::bitmap::{GRANULE, slots_of};
use crate::error::EncodeError;
use alloc::vec::Vec;

/// Safepoints in ascending order of PC, each with its frame size and a bitmap
/// of live slots (bit `i` is slot `4 * i`, trimmed to its last non-zero word).
///
/// A table is *complete* when it lists every safepoint of the module, those
/// without live references included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pcs: Vec<u32>,
    frame_sizes: Vec<u32>,
    ends: Vec<usize>,
    words: Vec<u32>,
    empties: usize,
    complete: bool,
}

/// One row of a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safepoint<'t> {
    /// Return address, in bytes from the start of `.text`.
    pub pc: u32,
    /// Bytes in the frame; 0 and without meaning when there are no live slots.
    pub frame_size: u32,
    /// Live slots, one bit per 4 bytes; the last word is not zero.
    pub bitmap: &'t [u32],
}

impl Safepoint<'_> {
    /// Whether no reference is live here.
    pub fn is_empty(&self) -> bool {
        self.bitmap.is_empty()
    }

    /// Whether the same references are live in a frame of the same size.
    pub fn has_map_of(&self, other: &Safepoint<'_>) -> bool {
        (self.frame_size, self.bitmap) == (other.frame_size, other.bitmap)
    }

    /// SP-relative byte offsets of the live slots, ascending.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        slots_of(self.bitmap.iter().copied())
    }
}

impl Table {
    /// A table that may lack safepoints without live references, as
    /// Wasmtime's own section does.
    pub fn incomplete() -> Table {
        Table::default()
    }

    /// A table whose author vouches that every safepoint is listed.
    pub fn complete() -> Table {
        Table {
            complete: true,
            ..Table::default()
        }
    }

    /// Appends a safepoint; no slots makes it an empty one.
    pub fn push(
        &mut self,
        pc: u64,
        frame_size: u32,
        slots: impl IntoIterator<Item = u32>,
    ) -> Result<(), EncodeError> {
        let pc = self.check_pc(pc)?;
        let start = self.words.len();
        for slot in slots {
            if let Err(error) = check_slot(pc, frame_size, slot) {
                self.words.truncate(start);
                return Err(error);
            }
            let bit = (slot / GRANULE) as usize;
            let word = start + bit / 32;
            if self.words.len() <= word {
                self.words.resize(word + 1, 0);
            }
            self.words[word] |= 1 << (bit % 32);
        }
        self.finish_row(pc, frame_size, start);
        Ok(())
    }

    /// Appends a safepoint whose live slots are already a bitmap of one bit
    /// per 4 bytes, as in Wasmtime's section.
    pub fn push_bitmap(
        &mut self,
        pc: u64,
        frame_size: u32,
        bitmap: impl IntoIterator<Item = u32>,
    ) -> Result<(), EncodeError> {
        let pc = self.check_pc(pc)?;
        let start = self.words.len();
        self.words.extend(bitmap);
        while self.words.len() > start && self.words.last() == Some(&0) {
            self.words.pop();
        }
        if let Some(last) = self.words[start..].last() {
            let bit = (self.words.len() - start) as u64 * 32 - 1 - u64::from(last.leading_zeros());
            let slot = u32::try_from(bit * u64::from(GRANULE)).unwrap_or(u32::MAX);
            if let Err(error) = check_slot(pc, frame_size, slot & !(GRANULE - 1)) {
                self.words.truncate(start);
                return Err(error);
            }
        }
        self.finish_row(pc, frame_size, start);
        Ok(())
    }

    fn check_pc(&self, pc: u64) -> Result<u32, EncodeError> {
        let pc = u32::try_from(pc).map_err(|_| EncodeError::PcTooLarge { pc })?;
        match self.pcs.last() {
            Some(&previous) if previous >= pc => Err(EncodeError::Unsorted { previous, pc }),
            _ => Ok(pc),
        }
    }

    fn finish_row(&mut self, pc: u32, frame_size: u32, start: usize) {
        let empty = self.words.len() == start;
        self.empties += usize::from(empty);
        self.pcs.push(pc);
        self.frame_sizes.push(if empty { 0 } else { frame_size });
        self.ends.push(self.words.len());
    }

    /// Whether safepoints without live references are known to be listed.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Number of safepoints, empties included.
    pub fn len(&self) -> usize {
        self.pcs.len()
    }

    /// Whether there is no safepoint at all.
    pub fn is_empty(&self) -> bool {
        self.pcs.is_empty()
    }

    /// Number of safepoints with live references.
    pub fn maps(&self) -> usize {
        self.len() - self.empties
    }

    /// Number of listed safepoints without live references.
    pub fn empties(&self) -> usize {
        self.empties
    }

    /// The `i`th safepoint. Panics when out of range, like a slice.
    pub fn get(&self, i: usize) -> Safepoint<'_> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        Safepoint {
            pc: self.pcs[i],
            frame_size: self.frame_sizes[i],
            bitmap: &self.words[start..self.ends[i]],
        }
    }

    /// All safepoints, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Safepoint<'_>> + Clone {
        (0..self.len()).map(|i| self.get(i))
    }

    /// The safepoints with live references, ascending.
    pub fn iter_maps(&self) -> impl Iterator<Item = Safepoint<'_>> + Clone {
        self.iter().filter(|s| !s.is_empty())
    }

    /// A copy with those safepoints alone whose PC satisfies `keep`.
    pub fn filtered(&self, mut keep: impl FnMut(u32) -> bool) -> Table {
        let mut out = Table {
            complete: self.complete,
            ..Table::default()
        };
        for s in self.iter().filter(|s| keep(s.pc)) {
            let start = out.words.len();
            out.words.extend_from_slice(s.bitmap);
            out.finish_row(s.pc, s.frame_size, start);
        }
        out
    }

    /// The same safepoints without the empty ones: what Wasmtime records.
    pub fn without_empties(&self) -> Table {
        let mut out = Table::incomplete();
        for s in self.iter_maps() {
            let start = out.words.len();
            out.words.extend_from_slice(s.bitmap);
            out.finish_row(s.pc, s.frame_size, start);
        }
        out
    }
}

fn check_slot(pc: u32, frame_size: u32, slot: u32) -> Result<(), EncodeError> {
    if !slot.is_multiple_of(GRANULE) {
        return Err(EncodeError::MisalignedSlot {
            pc,
            slot,
            granule: GRANULE,
        });
    }
    if slot >= frame_size {
        return Err(EncodeError::SlotOutsideFrame {
            pc,
            slot,
            frame_size,
        });
    }
    Ok(())
}
