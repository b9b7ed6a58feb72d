//! `blocks`: exact PCs in short blocks; a map is what its block has in common
//! and what sets its row apart.
//!
//! ```text
//! ┌────────────┬──────┬──────────────────────┐
//! │ header: 12 │ data │ page: u32[pages + 1] │
//! └────────────┴──────┴──────────────────────┘
//!   header = data bytes: u32 │ scratch words: u32 │ log2 of the units of pc, slot,
//!            frame size and page: u8[4]
//!   page   = where in the data its blocks start
//!
//!   block of at most 16 safepoints (rows) of one page and one frame size:
//! ┌───────────┬──────────────┬─────────────────────────────┬────────────┬─────┐
//! │ head: u48 │ low: u8[rows]│ high and value: bits[rows]  │ frame size │ map │
//! └───────────┴──────────────┴─────────────────────────────┴────────────┴─────┘
//!   head      = block bytes: 16 │ rows - 1: 4 │ first high: 8 │ high bits: 3
//!               │ value bits: 6 │ small: 1 │ 10 for the map
//!   small map = common: u8[]               common bytes: 3 │ start of the window: 6
//!   large map = restart, toggle: bits[]    start bits: 4 │ length bits: 3
//! ```
//!
//! Shifting a PC gives its page, and that its blocks: there is no search. What
//! the PC lies above the start of the page is looked for in each block: its low
//! byte among all the rows' at once, and where that occurs, the rest in the
//! row's `high`, which counts from the block's first. So the answer is exact.
//!
//! A row's `value` says how its map differs from the block's:
//!
//! * A block is *small* when all its slots lie among the first 56. The slots
//!   that differ between its rows lie in a window, and the value is a row's own
//!   bits of it, added to what is `common` to all.
//! * A *large* block starts from the map of its first row, the restart map, as
//!   `runs, (gap, length - 1)[runs]` in ULEB. From row to row some runs of slots
//!   toggle; the value is the number of toggles up to a row, each a start and a
//!   length of fixed width. Their order is of no account.
//!
//! The blocks of a page lie in no order that matters, so rows of one frame size
//! are gathered from all of the page. Pages hold few rows: 8 on average, and
//! more where frames are so large that finding the row is not what costs. Which
//! is up to the writer; [`crate::blocks_dense`] takes larger ones.
//!
//! Safepoints without live references may be rows too: of a map without slots.
//! This scheme's writer is not told of them; [`crate::blocks_tri`]'s is.
//!
//! Sources: pages from Tarditi (ISMM 2000) and Go's `findfunctab`; low and high
//! parts as in Elias–Fano (Vigna, WSDM 2013); fixed-width rows as in Android
//! ART's `BitTable`; blocks as in wasmtime#13628. That the live slots of giant
//! frames form one or two long runs was measured here.

use crate::bitmap::narrow;
use crate::bits::{BitWriter, push_uleb, read_uleb};
use crate::words::{WordMap, cleared, mask, toggle};
use crate::{EncodeError, Encoder, Lookup, Malformed, Parts, Safepoint, Section, Table};
use alloc::vec::Vec;

/// Common maps and toggles in short blocks, found by page.
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

/// Most rows of a block: as many low bytes as are compared at once.
const ROWS: usize = 16;

/// Bytes before the data, and before a block's rows.
const HEADER: usize = 12;
const HEAD: usize = 6;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Blocks {
    const NAME: &'static str = "blocks";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        write(Self::NAME, table.iter_maps(), PAGE_ROWS)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

/// Rows of an average page, per 512 bytes of the average frame's map.
pub(crate) const PAGE_ROWS: usize = 8;

/// Slots of a small block.
const SMALL: u32 = 56;

/// Bits that can be read at any bit of a byte at once.
const WORD: u32 = 57;

/// Toggles of a block: those that value bits can count to.
const TOGGLES: usize = 63;

/// Bits of a toggle's start and length, at most.
const START_BITS: u32 = 15;
const LENGTH_BITS: u32 = 5;

/// Writes the safepoints given, empty ones among them or not.
pub(crate) fn write<'t>(
    scheme: &'static str,
    safepoints: impl Iterator<Item = Safepoint<'t>> + Clone,
    page_rows: usize,
) -> Result<Section, EncodeError> {
    let Some(last) = safepoints.clone().last() else {
        return Ok(Section::default());
    };
    let mut rows = Vec::with_capacity(safepoints.clone().count());
    let (mut pcs, mut frames, mut slots, mut longest, mut words) = (0, 0, 0, 0, 0);
    for s in safepoints.clone() {
        pcs |= s.pc;
        frames |= s.frame_size;
        slots |= s.bitmap.iter().fold(0, |a, w| a | w);
        longest = longest.max(s.bitmap.len());
        words += s.bitmap.len();
    }
    let unit = Units {
        pc: pcs.trailing_zeros().min(4),
        slot: if slots & 0xaaaa_aaaa == 0 { 3 } else { 2 },
        frame: frames.trailing_zeros().min(8),
    };
    rows.extend(safepoints.map(|s| Row::new(s, unit)));
    let page_rows = page_rows * (words / rows.len()).div_ceil(4).max(1);
    let units_per_row = (last.pc >> unit.pc) as usize / rows.len() + 1;
    let shift = (units_per_row * page_rows).ilog2().clamp(8, 16);

    let kind = |r: &Row| (r.pc >> shift, r.small.is_some(), r.frame_size);
    for page in rows.chunk_by_mut(|a, b| a.pc >> shift == b.pc >> shift) {
        page.sort_by_key(kind);
    }
    let (mut data, mut pages) = (Vec::new(), Vec::new());
    for group in rows.chunk_by(|a, b| kind(a) == kind(b)) {
        let page = (group[0].pc >> shift) as usize;
        let start = narrow(scheme, "data bytes", data.len())?;
        pages.resize(pages.len().max(page + 1), start);
        for rows in group.chunks(ROWS) {
            push(&mut data, rows, unit.slot, shift).ok_or(EncodeError::TooLarge {
                scheme,
                what: "bytes of one map",
                value: u64::from(rows[0].frame_size) << unit.frame,
            })?;
        }
    }
    pages.push(narrow(scheme, "data bytes", data.len())?);

    let padding = ROWS.saturating_sub(4 * pages.len());
    let payload = data.len();
    data.resize(payload + padding, 0);
    let mut bytes = Vec::with_capacity(HEADER + data.len() + 4 * pages.len());
    bytes.extend(narrow(scheme, "data bytes", data.len())?.to_le_bytes());
    let scratch = longest.max(1).div_ceil(1 << (unit.slot - 1));
    bytes.extend(narrow(scheme, "scratch words", scratch)?.to_le_bytes());
    bytes.extend([
        unit.pc as u8,
        unit.slot as u8,
        unit.frame as u8,
        shift as u8,
    ]);
    bytes.extend(&data);
    bytes.extend(pages.iter().flat_map(|page| page.to_le_bytes()));
    let parts = Parts {
        header: HEADER,
        index: 4 * pages.len(),
        offsets: 0,
        payload,
        padding,
    };
    Ok(Section { bytes, parts })
}

/// Log2 of what every PC, slot and frame size is a multiple of.
#[derive(Clone, Copy)]
struct Units {
    pc: u32,
    slot: u32,
    frame: u32,
}

/// A safepoint in units.
struct Row<'t> {
    pc: u32,
    frame_size: u32,
    bitmap: &'t [u32],
    /// The map in one word, if all its slots are among the first.
    small: Option<u64>,
}

/// What the blocks of the two kinds differ in.
struct Map {
    bytes: Vec<u8>,
    /// The bits of the head from `small` on.
    head: u32,
    values: Vec<u64>,
    value_bits: u32,
}

impl<'t> Row<'t> {
    fn new(safepoint: Safepoint<'t>, unit: Units) -> Self {
        let words = safepoint.bitmap.iter().copied();
        let mut slots = crate::slots_of(words).map(|s| s >> unit.slot);
        Row {
            pc: safepoint.pc >> unit.pc,
            frame_size: safepoint.frame_size >> unit.frame,
            bitmap: safepoint.bitmap,
            small: slots.try_fold(0, |map, s| (s < SMALL).then(|| map | 1 << s)),
        }
    }
}

/// Appends a block, or several if it cannot be one.
fn push(data: &mut Vec<u8>, rows: &[Row], slot: u32, shift: u32) -> Option<()> {
    if let Some(block) = block(rows, slot, shift) {
        data.extend(block);
        return Some(());
    }
    let (left, right) = rows.split_at(rows.len() / 2);
    (!left.is_empty()).then_some(())?;
    push(data, left, slot, shift)?;
    push(data, right, slot, shift)
}

fn block(rows: &[Row], slot: u32, shift: u32) -> Option<Vec<u8>> {
    let map = match rows[0].small {
        Some(word) => small_map(rows, word),
        None => large_map(rows, slot)?,
    };
    let high = |row: &Row| u64::from(row.pc & ((1 << shift) - 1)) >> 8;
    let first = high(&rows[0]);
    let high_bits = bits(high(&rows[rows.len() - 1]) - first);
    if high_bits > 7 || high_bits + map.value_bits > WORD {
        return None;
    }
    let mut words = BitWriter::default();
    for (row, value) in rows.iter().zip(map.values) {
        let word = (high(row) - first) | value << high_bits;
        words.push(word, high_bits + map.value_bits);
    }
    let mut body: Vec<u8> = rows.iter().map(|r| r.pc as u8).collect();
    body.extend(words.finish());
    push_uleb(&mut body, rows[0].frame_size);
    body.extend(map.bytes);
    let len = u16::try_from(HEAD + body.len()).ok()?;
    let head = u64::from(len)
        | (rows.len() as u64 - 1) << 16
        | first << 20
        | u64::from(high_bits) << 28
        | u64::from(map.value_bits) << 31
        | u64::from(map.head) << 37;
    let mut block = head.to_le_bytes()[..HEAD].to_vec();
    block.extend(body);
    Some(block)
}

fn small_map(rows: &[Row], first: u64) -> Map {
    let maps = rows.iter().filter_map(|r| r.small);
    let differing = maps.clone().fold(0, |all, map| all | map ^ first);
    let start = differing.trailing_zeros() % 64;
    let value_bits = bits(differing >> start);
    let common = first & !(mask(value_bits) << start);
    let bytes = bits(common).div_ceil(8);
    Map {
        bytes: common.to_le_bytes()[..bytes as usize].to_vec(),
        head: 1 | bytes << 1 | start << 4,
        values: maps.map(|map| map >> start & mask(value_bits)).collect(),
        value_bits,
    }
}

fn large_map(rows: &[Row], slot: u32) -> Option<Map> {
    let (mut runs, mut ends) = (Vec::new(), Vec::from([0]));
    for pair in rows.windows(2) {
        toggled(pair[0].bitmap, pair[1].bitmap, slot, &mut runs);
        ends.push(runs.len());
    }
    // A run longer than a toggle takes several.
    let toggles = |runs: &[(u32, u32)], length_bits: u32| -> usize {
        let pieces = runs.iter().map(|r| (r.1 - r.0).div_ceil(1 << length_bits));
        pieces.sum::<u32>() as usize
    };
    let last = runs.iter().map(|r| r.1 - 1).max().unwrap_or(0);
    let start_bits = bits(last.into());
    let cost = |length_bits: u32| {
        let toggles = toggles(&runs, length_bits);
        (
            toggles > TOGGLES,
            toggles * (start_bits + length_bits) as usize,
        )
    };
    let length_bits = (0..=LENGTH_BITS).min_by_key(|&b| cost(b))?;
    let total = toggles(&runs, length_bits);
    if start_bits > START_BITS || total > TOGGLES {
        return None;
    }
    let mut bytes = Vec::new();
    let mut restart = Vec::new();
    toggled(&[], rows[0].bitmap, slot, &mut restart);
    push_uleb(&mut bytes, restart.len() as u32);
    let mut end = 0;
    for run in restart {
        push_uleb(&mut bytes, run.0 - end);
        push_uleb(&mut bytes, run.1 - run.0 - 1);
        end = run.1;
    }
    let mut pieces = BitWriter::default();
    for &(start, end) in &runs {
        for piece in (start..end).step_by(1 << length_bits) {
            let length = (end - piece).min(1 << length_bits);
            let piece = piece | (length - 1) << start_bits;
            pieces.push(piece.into(), start_bits + length_bits);
        }
    }
    bytes.extend(pieces.finish());
    Some(Map {
        bytes,
        head: start_bits << 1 | length_bits << 5,
        values: ends
            .iter()
            .map(|&end| toggles(&runs[..end], length_bits) as u64)
            .collect(),
        value_bits: bits(total as u64),
    })
}

/// Appends the runs of slots in which two bitmaps differ.
fn toggled(a: &[u32], b: &[u32], slot: u32, runs: &mut Vec<(u32, u32)>) {
    let first = runs.len();
    let word = |map: &[u32], i: usize| map.get(i).copied().unwrap_or(0);
    let differing = (0..a.len().max(b.len())).map(|i| word(a, i) ^ word(b, i));
    for at in crate::slots_of(differing).map(|s| s >> slot) {
        match runs[first..].last_mut() {
            Some(run) if run.1 == at => run.1 += 1,
            _ => runs.push((at, at + 1)),
        }
    }
}

/// Bits that a number takes.
fn bits(number: u64) -> u32 {
    64 - number.leading_zeros()
}

// ── reader ──────────────────────────────────────────────────────────────────

/// The data, the pages that lead into it, and its units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'s> {
    data: &'s [u8],
    pages: &'s [[u8; 4]],
    scratch: u32,
    /// Log2 of each, a byte each: PC, slot, frame size, page.
    units: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        let Some((header, data)) = section.split_first_chunk::<HEADER>() else {
            let empty = section.is_empty().then(Reader::default);
            return empty.ok_or(Malformed::Truncated);
        };
        let ([len, scratch, units], _) = header.as_chunks() else {
            return Err(Malformed::Truncated);
        };
        let len = u32::from_le_bytes(*len) as usize;
        let (_, pages) = data.split_at_checked(len).ok_or(Malformed::Truncated)?;
        Ok(Reader {
            data,
            pages: pages.as_chunks().0,
            scratch: u32::from_le_bytes(*scratch),
            units: u32::from_le_bytes(*units),
        })
    }

    #[inline]
    fn unit(&self, i: u32) -> u32 {
        self.units >> (8 * i) & 31
    }
}

impl<'s> crate::Reader<'s> for Reader<'s> {
    type Map<'m>
        = WordMap<'m>
    where
        's: 'm;

    fn scratch_words(&self) -> usize {
        self.scratch as usize
    }

    #[inline]
    fn lookup<'m>(&self, pc: u32, scratch: &'m mut [u64]) -> Result<Lookup<WordMap<'m>>, Malformed>
    where
        's: 'm,
    {
        // A PC that is no multiple of its unit becomes one beyond all pages.
        let unit = pc.rotate_right(self.unit(0));
        let pages = self.pages.get((unit >> self.unit(3)) as usize..);
        let Some([from, to]) = pages.and_then(<[_]>::first_chunk) else {
            return Ok(Lookup::Missing);
        };
        let mut at = u32::from_le_bytes(*from) as usize;
        let within = unit & ((1 << self.unit(3)) - 1);
        while at < u32::from_le_bytes(*to) as usize {
            let block = Block::at(self.data, at)?;
            if let Some(value) = block.find(within)? {
                return block.decode(value, self, scratch);
            }
            match block.field(0, 16) {
                0 => return Err(Malformed::InvalidField),
                len => at += len as usize,
            }
        }
        Ok(Lookup::Missing)
    }
}

/// A block, from its head on.
struct Block<'s> {
    bytes: &'s [u8],
    head: u64,
}

impl<'s> Block<'s> {
    #[inline]
    fn at(data: &'s [u8], at: usize) -> Result<Self, Malformed> {
        let bytes = data.get(at..).ok_or(Malformed::Truncated)?;
        let head = word(bytes, 0)?;
        Ok(Block { bytes, head })
    }

    /// The head's `n` bits from bit `at` on.
    #[inline]
    fn field(&self, at: u32, n: u32) -> u32 {
        (self.head >> at & mask(n)) as u32
    }

    #[inline]
    fn rows(&self) -> usize {
        self.field(16, 4) as usize + 1
    }

    /// Bits of a row: of its high part, and of its value.
    #[inline]
    fn row_bits(&self) -> (u32, u32) {
        (self.field(28, 3), self.field(31, 6))
    }

    /// The value of the row that lies `within` above the start of the page.
    #[inline]
    fn find(&self, within: u32) -> Result<Option<u64>, Malformed> {
        const LOW7: u128 = u128::from_ne_bytes([0x7f; ROWS]);
        let lows = self.bytes.get(HEAD..).and_then(<[u8]>::first_chunk);
        let lows = u128::from_le_bytes(*lows.ok_or(Malformed::Truncated)?);
        let low = u64::from(within as u8) * (u64::MAX / 255);
        let differing = lows ^ (u128::from(low) << 64 | u128::from(low));
        let mut equal = !(((differing & LOW7) + LOW7) | differing | LOW7);
        let high = (within >> 8).wrapping_sub(self.field(20, 8));
        let (high_bits, value_bits) = self.row_bits();
        while equal != 0 {
            let row = equal.trailing_zeros() as usize / 8;
            if row >= self.rows() {
                break;
            }
            let bit = row * (high_bits + value_bits) as usize;
            let row_word = word(self.bytes, HEAD + self.rows() + bit / 8)? >> (bit % 8);
            if row_word & mask(high_bits) == high.into() {
                return Ok(Some(row_word >> high_bits & mask(value_bits)));
            }
            equal &= equal - 1;
        }
        Ok(None)
    }

    /// The map of the row that has `value`.
    #[inline]
    fn decode<'m>(
        &self,
        value: u64,
        reader: &Reader<'_>,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<WordMap<'m>>, Malformed> {
        let (high_bits, value_bits) = self.row_bits();
        let bits = self.rows() * (high_bits + value_bits) as usize;
        let mut at = HEAD + self.rows() + bits.div_ceil(8);
        let frame_size = read_uleb(self.bytes, &mut at)? << reader.unit(2);
        let (first, rest) = if self.field(37, 1) == 1 {
            let common = word(self.bytes, at)? & mask(self.field(38, 3) * 8);
            let map = common ^ value << self.field(41, 6);
            if map == 0 {
                return Ok(Lookup::Empty);
            }
            (map, &[][..])
        } else {
            let map = cleared(scratch, frame_size, reader.unit(1), reader.scratch)?;
            self.decode_large(at, value as u32, map)?;
            let (first, rest) = map.split_first().ok_or(Malformed::InvalidField)?;
            (*first, rest)
        };
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot: reader.unit(1),
            first,
            rest,
        }))
    }

    fn decode_large(&self, mut at: usize, toggles: u32, map: &mut [u64]) -> Result<(), Malformed> {
        let mut end = 0u32;
        for _ in 0..read_uleb(self.bytes, &mut at)? {
            let start = end.wrapping_add(read_uleb(self.bytes, &mut at)?);
            let length = read_uleb(self.bytes, &mut at)?.wrapping_add(1);
            toggle(map, start, length)?;
            end = start.wrapping_add(length);
        }
        let (start_bits, length_bits) = (self.field(38, 4), self.field(42, 3));
        if toggles > 8 * self.field(0, 16) {
            return Err(Malformed::InvalidField);
        }
        for i in 0..toggles {
            let bit = (i * (start_bits + length_bits)) as usize;
            let fields = word(self.bytes, at + bit / 8)? >> (bit % 8);
            let length = (fields >> start_bits & mask(length_bits)) + 1;
            toggle(map, (fields & mask(start_bits)) as u32, length as u32)?;
        }
        Ok(())
    }
}

/// Eight bytes, of which seven hold what is asked for.
#[inline]
fn word(bytes: &[u8], at: usize) -> Result<u64, Malformed> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    Ok(u64::from_le_bytes(*bytes.ok_or(Malformed::Truncated)?))
}
