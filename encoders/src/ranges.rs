//! `ranges`: neighbouring safepoints with equal maps become one PC range.
//!
//! ```text
//! ┌────────────┬───────────────────┬─────────────────┬────────────────────┬───────────────┐
//! │ count: u32 │ start: u32[count] │ end: u32[count] │ offset: u32[count] │ data: u32[..] │
//! └────────────┴───────────────────┴─────────────────┴────────────────────┴───────────────┘
//!   start ≤ pc < end     data[offset..] = frame_size: u32 │ words: u32 │ bitmap: u32[words]
//! ```
//!
//! `start` is the first safepoint of the run and `end` the last one plus 1, as
//! drawn in wasmtime#10431. Ranges never overlap and never span a safepoint
//! without live references, so the writer must be told of those: it demands a
//! complete table. A PC inside a range that is no safepoint gets the range's
//! map: the exact-PC check is lost.

use crate::bitmap::{append_record, narrow};
use crate::{
    BitmapMap, EncodeError, Encoder, Lookup, Malformed, Parts, Safepoint, Section, Table, bytes,
};
use alloc::vec::Vec;

/// PC ranges with mandatory empty maps.
#[derive(Clone, Copy, Debug)]
pub struct Ranges;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Ranges {
    const NAME: &'static str = "ranges";
    const EXACT: bool = false;
    const RECORDS_EMPTIES: bool = true;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        write(Self::NAME, table, |data, s| {
            append_record(Self::NAME, data, s)
        })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

/// Merges runs and lays the section out; `record` as in [`crate::exact`].
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
    let runs = runs(table);
    let (mut data, mut offsets) = (Vec::new(), Vec::with_capacity(runs.len()));
    for (first, _) in &runs {
        offsets.push(record(&mut data, *first)?);
    }
    let mut out = Vec::with_capacity(4 + 12 * runs.len() + data.len());
    out.extend(narrow(scheme, "count", runs.len())?.to_le_bytes());
    out.extend(runs.iter().flat_map(|(first, _)| first.pc.to_le_bytes()));
    for (_, last) in &runs {
        let end = narrow(scheme, "end of range", *last as usize + 1)?;
        out.extend(end.to_le_bytes());
    }
    out.extend(offsets.iter().flat_map(|o| o.to_le_bytes()));
    out.extend(&data);
    let parts = Parts {
        header: 4,
        index: 8 * runs.len(),
        offsets: 4 * runs.len(),
        payload: data.len(),
        padding: 0,
    };
    Ok(Section { bytes: out, parts })
}

/// First safepoint and last PC of each run of equal maps without an empty
/// safepoint in between.
fn runs(table: &Table) -> Vec<(Safepoint<'_>, u32)> {
    let mut runs: Vec<(Safepoint<'_>, u32)> = Vec::new();
    let mut open = false;
    for s in table.iter() {
        match runs.last_mut() {
            Some((first, last))
                if open && first.frame_size == s.frame_size && first.bitmap == s.bitmap =>
            {
                *last = s.pc;
            }
            _ if !s.is_empty() => runs.push((s, s.pc)),
            _ => {}
        }
        open = !s.is_empty();
    }
    runs
}

// ── reader ──────────────────────────────────────────────────────────────────

/// Sorted range starts, parallel ends and offsets, and the words they point
/// into.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'s> {
    starts: &'s [[u8; 4]],
    ends: &'s [[u8; 4]],
    offsets: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader {
                starts: &[],
                ends: &[],
                offsets: &[],
                data: &[],
            });
        }
        let (count, rest) = bytes::split_u32(section)?;
        let (starts, rest) = bytes::split_u32s(rest, count as usize)?;
        let (ends, rest) = bytes::split_u32s(rest, count as usize)?;
        let (offsets, rest) = bytes::split_u32s(rest, count as usize)?;
        let (data, tail) = rest.as_chunks();
        if !tail.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(Reader {
            starts,
            ends,
            offsets,
            data,
        })
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = BitmapMap<'s>
    where
        's: 'm;

    #[inline]
    fn lookup<'m>(&self, pc: u32, _: &'m mut [u64]) -> Result<Lookup<BitmapMap<'s>>, Malformed>
    where
        's: 'm,
    {
        let above = self
            .starts
            .partition_point(|s| u32::from_le_bytes(*s) <= pc);
        match above.checked_sub(1) {
            Some(i) if pc < u32::from_le_bytes(self.ends[i]) => {
                BitmapMap::read(self.data, self.offsets[i])
            }
            _ => Ok(Lookup::Missing),
        }
    }
}
