//! `exact`: what Wasmtime writes today, byte for byte. The baseline.
//!
//! ```text
//! ┌────────────────┬────────────────┬─────────────────────┬───────────────┐
//! │ count: u32     │ pc: u32[count] │ offset: u32[count]  │ data: u32[..] │
//! └────────────────┴────────────────┴─────────────────────┴───────────────┘
//!   data[offset..] = frame_size: u32 │ words: u32 │ bitmap: u32[words]
//! ```
//!
//! `pc` is sorted and searched for an exact match; `offset` counts words of
//! `data`; a bitmap bit stands for 4 bytes of frame. Safepoints without live
//! references are not recorded.
//!
//! Source: `wasmtime-environ`, `src/compile/stack_maps.rs` and
//! `src/stack_map.rs` (wasmtime#10404).

use crate::bitmap::{append_record, narrow};
use crate::{BitmapMap, EncodeError, Encoder, Lookup, Malformed, Parts, Section, Table, bytes};
use alloc::vec::Vec;

/// Wasmtime's own format.
#[derive(Clone, Copy, Debug)]
pub struct Exact;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Exact {
    const NAME: &'static str = "exact";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        write(table, |data, s| append_record(Self::NAME, data, s))
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

/// Lays the section out; `record` puts a safepoint's data record into `data`
/// and returns its word offset.
pub(crate) fn write<'t>(
    table: &'t Table,
    mut record: impl FnMut(&mut Vec<u8>, crate::Safepoint<'t>) -> Result<u32, EncodeError>,
) -> Result<Section, EncodeError> {
    if table.maps() == 0 {
        return Ok(Section::default());
    }
    let (mut data, mut offsets) = (Vec::new(), Vec::new());
    for safepoint in table.iter_maps() {
        offsets.push(record(&mut data, safepoint)?);
    }
    let mut out = Vec::with_capacity(4 + 8 * offsets.len() + data.len());
    out.extend(narrow(Exact::NAME, "count", offsets.len())?.to_le_bytes());
    out.extend(table.iter_maps().flat_map(|s| s.pc.to_le_bytes()));
    out.extend(offsets.iter().flat_map(|o| o.to_le_bytes()));
    out.extend(&data);
    let parts = Parts {
        header: 4,
        index: 4 * offsets.len(),
        offsets: 4 * offsets.len(),
        payload: data.len(),
        padding: 0,
    };
    Ok(Section { bytes: out, parts })
}

// ── reader ──────────────────────────────────────────────────────────────────

/// Sorted PCs, parallel offsets, and the words they point into.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'s> {
    pcs: &'s [[u8; 4]],
    offsets: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader {
                pcs: &[],
                offsets: &[],
                data: &[],
            });
        }
        let (count, rest) = bytes::split_u32(section)?;
        let (pcs, rest) = bytes::split_u32s(rest, count as usize)?;
        let (offsets, rest) = bytes::split_u32s(rest, count as usize)?;
        let (data, tail) = rest.as_chunks();
        if !tail.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(Reader { pcs, offsets, data })
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
        match self
            .pcs
            .binary_search_by_key(&pc, |p| u32::from_le_bytes(*p))
        {
            Ok(i) => BitmapMap::read(self.data, self.offsets[i]),
            Err(_) => Ok(Lookup::Missing),
        }
    }
}
