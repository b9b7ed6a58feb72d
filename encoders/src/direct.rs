//! `direct`: the PC itself says where to look.
//!
//! ```text
//! ┌───────────┬───────────────────────────┬────────────────┬───────────────────┬──────────┐
//! │ header: 8 │ first row: u32[pages + 1] │ low: u16[rows] │ offset: u32[rows] │ data: u32│
//! └───────────┴───────────────────────────┴────────────────┴───────────────────┴──────────┘
//!   header = pages: u32 │ log2 of the bytes of a page: u32
//! ```
//!
//! The text is cut into pages of at most 64 KiB, such that one holds four
//! safepoints on average. `first row` leads to a page's safepoints, whose
//! places within it, `low`, are compared one by one: no binary search, four
//! cache lines and the map. Offsets and hash-consed data are
//! [`consed`](crate::consed)'s, read in place.
//!
//! Source: the direct indexes of GraalVM's `CodeInfoTable` and Go's
//! `findfunctab`.

use crate::bitmap::{RecordPool, narrow};
use crate::{BitmapMap, EncodeError, Encoder, Lookup, Malformed, Parts, Section, Table, bytes};
use alloc::vec::Vec;

/// Hash-consed data under a direct index.
#[derive(Clone, Copy, Debug)]
pub struct Direct;

/// Safepoints that an average page holds.
const PAGE_ROWS: usize = 4;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Direct {
    const NAME: &'static str = "direct";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        let Some(last) = table.iter_maps().last() else {
            return Ok(Section::default());
        };
        let per_row = last.pc as usize / table.maps() + 1;
        let shift = (per_row * PAGE_ROWS).ilog2().min(16);
        let pages = (last.pc >> shift) + 1;

        let (mut first_rows, mut offsets) = (Vec::new(), Vec::new());
        let (mut data, mut pool) = (Vec::new(), RecordPool::default());
        for safepoint in table.iter_maps() {
            let page = (safepoint.pc >> shift) as usize;
            let row = narrow(Self::NAME, "rows", offsets.len())?;
            first_rows.resize(first_rows.len().max(page + 1), row);
            offsets.push(pool.intern(Self::NAME, &mut data, safepoint)?);
        }
        first_rows.push(narrow(Self::NAME, "rows", offsets.len())?);

        let mut out = Vec::with_capacity(8 + 4 * first_rows.len() + 6 * offsets.len() + data.len());
        out.extend(pages.to_le_bytes());
        out.extend(shift.to_le_bytes());
        out.extend(first_rows.iter().flat_map(|row| row.to_le_bytes()));
        out.extend(table.iter_maps().flat_map(|s| low(s.pc, shift)));
        out.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        out.extend(&data);
        let parts = Parts {
            header: 8,
            index: 4 * first_rows.len() + 2 * offsets.len(),
            offsets: 4 * offsets.len(),
            payload: data.len(),
            padding: 0,
        };
        Ok(Section { bytes: out, parts })
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

/// The place of a PC within its page.
#[inline]
fn low(pc: u32, shift: u32) -> [u8; 2] {
    ((pc & ((1 << shift) - 1)) as u16).to_le_bytes()
}

// ── reader ──────────────────────────────────────────────────────────────────

/// The page table, the rows it leads to, and the words they point into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    shift: u32,
    first_rows: &'s [[u8; 4]],
    lows: &'s [[u8; 2]],
    offsets: &'s [[u8; 4]],
    data: &'s [[u8; 4]],
}

impl<'s> Reader<'s> {
    #[inline]
    fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader::default());
        }
        let (pages, rest) = bytes::split_u32(section)?;
        let (shift, rest) = bytes::split_u32(rest)?;
        let entries = (pages as usize)
            .checked_add(1)
            .ok_or(Malformed::Truncated)?;
        let (first_rows, rest) = bytes::split_u32s(rest, entries)?;
        let rows = first_rows
            .last()
            .map_or(0, |last| u32::from_le_bytes(*last));
        let lows_len = (rows as usize).checked_mul(2).ok_or(Malformed::Truncated)?;
        let (lows, rest) = bytes::split(rest, lows_len)?;
        let (offsets, rest) = bytes::split_u32s(rest, rows as usize)?;
        let (data, tail) = rest.as_chunks();
        if shift > 16 || !tail.is_empty() {
            return Err(Malformed::InvalidField);
        }
        Ok(Reader {
            shift,
            first_rows,
            lows: lows.as_chunks().0,
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
        let page = (pc >> self.shift) as usize;
        let pages = self.first_rows.get(page..).and_then(<[_]>::first_chunk);
        let Some([from, to]) = pages else {
            return Ok(Lookup::Missing);
        };
        let (from, to) = (u32::from_le_bytes(*from), u32::from_le_bytes(*to));
        let lows = self.lows.get(from as usize..to as usize);
        let low = low(pc, self.shift);
        match lows
            .ok_or(Malformed::InvalidField)?
            .iter()
            .position(|l| *l == low)
        {
            Some(row) => BitmapMap::read(self.data, self.offsets[from as usize + row]),
            None => Ok(Lookup::Missing),
        }
    }
}
