//! `blocks`: exact PCs in short blocks; a map is what its block has in common
//! and what sets its row apart.
//!
//! ```text
//! ┌────────────┬────────────────────────────┬──────────────────────┬──────┬────────┐
//! │ header: 12 │ granule: (u32, u32)[g + 1] │ block: (u16, u16)[b] │ data │ pad: 8 │
//! └────────────┴────────────────────────────┴──────────────────────┴──────┴────────┘
//!   header  = granules: u32 │ scratch words: u24 │ bytes per frame size: u8
//!             │ log2 of the units of pc, slot, frame size, granule: u8[4]
//!   granule = index of its first block │ where their data starts
//!   block   = pc of its first row within the granule │ its data within the granule's
//!
//!   data of a block of safepoints (rows) of one frame size:
//! ┌─────────────┬────────────┬───────────┬───────────┬───────────┬─────┐
//! │ widths: u24 │ frame size │ low: u8[] │ high: u32 │ empties ? │ map │
//! └─────────────┴────────────┴───────────┴───────────┴───────────┴─────┘
//!   widths    = rows - 1: 5 │ high bytes - 1: 2 │ any empty: 1 │ small: 1 │ 15 for the map:
//!   small map = common: u8[] │ window: bits[rows]          common bytes - 1: 3 │ start: 6 │ bits: 6
//!   large map = change: u8[] │ base, restart │ toggles     change bytes: 4 │ start: 4 │ length: 3
//! ```
//!
//! Shifting the PC gives the granule, a short binary search the block. What
//! the PC lies above the block's first row is found among the rows' `low`
//! bytes, eight at a time, and confirmed by `high`, which holds the rest of
//! each in unary: a row `i` whose rest is `h` has bit `h + i` set, and `i` set
//! bits below it.
//!
//! A block is *small* when all its slots lie among the first 56. The slots
//! that differ between its rows lie in a window; a row's map is what is common
//! to all, and its own bits of the window. So nothing is decoded step by step.
//!
//! A *large* block starts from the map of its first row, the restart map, as
//! `runs, (gap, length - 1)[runs]` in ULEB. Each further row toggles some runs
//! of slots; `change` says in unary how many. One select gives the toggles up
//! to a row; their order is of no account, as toggles commute. A toggle is a
//! start above `base` and a length, both of fixed width.
//!
//! Safepoints without live references may be rows too, marked in `empties`.
//! This scheme's writer is not told of them; [`crate::blocks_tri`]'s is.
//!
//! Sources: granules from Tarditi (ISMM 2000) and Go's `findfunctab`; low and
//! high parts as in Elias–Fano (Vigna, WSDM 2013); fixed-width rows as in
//! Android ART's `BitTable`; blocks as in wasmtime#13628. That the live slots
//! of giant frames form one or two long runs was measured here.

use crate::bitmap::narrow;
use crate::bits::{push_uleb, read_uleb, select};
use crate::words::{WordMap, cleared, mask, toggle};
use crate::{EncodeError, Encoder, Lookup, Malformed, Parts, Safepoint, Section, Table};
use alloc::vec::Vec;

/// Restart maps and toggles in short blocks.
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

/// Most rows of a block.
const ROWS: usize = 32;

/// Slots of a small block, so that any window can be read in one word.
const SMALL: u32 = 56;

/// Bits that a new block costs, roughly: what a wider window may cost at most.
const BLOCK_BITS: u32 = 96;

/// Zeroes after the data, so that a word can be read anywhere in it.
const PAD: usize = 8;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Blocks {
    const NAME: &'static str = "blocks";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        write(Self::NAME, table.iter_maps())
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
    }
}

/// Writes the safepoints given, empty ones among them or not.
pub(crate) fn write<'t>(
    scheme: &'static str,
    safepoints: impl Iterator<Item = Safepoint<'t>> + Clone,
) -> Result<Section, EncodeError> {
    let Some(last) = safepoints.clone().last() else {
        return Ok(Section::default());
    };
    let units = Units::of(safepoints.clone());
    let per_row = (last.pc >> units.pc) as usize / safepoints.clone().count() + 1;
    let mut shift = (per_row * GRANULE_ROWS).ilog2().min(16);
    loop {
        match Writer::new(scheme, units, shift).write(safepoints.clone()) {
            Err(EncodeError::TooLarge { .. }) if shift > 0 => shift -= 1,
            done => return done,
        }
    }
}

/// Log2 of what every PC, slot and frame size is a multiple of.
#[derive(Clone, Copy, Default)]
struct Units {
    pc: u32,
    slot: u32,
    frame: u32,
    frame_bytes: usize,
    words: usize,
}

impl Units {
    fn of<'t>(safepoints: impl Iterator<Item = Safepoint<'t>>) -> Units {
        let (mut pcs, mut frames, mut odd_slots, mut words) = (0, 0, 0, 0);
        for s in safepoints {
            pcs |= s.pc;
            frames |= s.frame_size;
            words = words.max(s.bitmap.len());
            odd_slots |= s.bitmap.iter().fold(0, |a, w| a | w) & 0xaaaa_aaaa;
        }
        let (slot, per_word) = if odd_slots == 0 { (3, 4) } else { (2, 2) };
        let frame = frames.trailing_zeros().min(8);
        Units {
            pc: pcs.trailing_zeros().min(4),
            slot,
            frame,
            frame_bytes: match frames >> frame {
                0..=0xff => 1,
                0x100..=0xffff => 2,
                _ => 4,
            },
            words: words.div_ceil(per_word),
        }
    }
}

/// Safepoints that an average granule holds: a few blocks.
const GRANULE_ROWS: usize = 128;

#[derive(Default)]
struct Writer<'t> {
    scheme: &'static str,
    units: Units,
    shift: u32,
    granules: Vec<(u32, u32)>,
    blocks: Vec<(u16, u16)>,
    data: Vec<u8>,
    /// The open block: its rows, and the runs of slots that they toggle.
    rows: Vec<Row<'t>>,
    runs: Vec<(u32, u32)>,
}

struct Row<'t> {
    pc: u32,
    /// Whether no reference is live; the rest is then as in the row before.
    empty: bool,
    frame_size: u32,
    bitmap: &'t [u32],
    /// The map in one word, if all its slots are among the first.
    small: Option<u64>,
    runs_end: usize,
}

/// The slots in which the rows of a small block differ.
struct Window {
    start: u32,
    bits: u32,
}

impl Window {
    fn of(differing: u64) -> Window {
        let start = differing.trailing_zeros() % 64;
        Window {
            start,
            bits: 64 - (differing >> start).leading_zeros(),
        }
    }
}

impl<'t> Writer<'t> {
    fn new(scheme: &'static str, units: Units, shift: u32) -> Self {
        Writer {
            scheme,
            units,
            shift,
            ..Writer::default()
        }
    }

    fn write(
        mut self,
        safepoints: impl Iterator<Item = Safepoint<'t>> + Clone,
    ) -> Result<Section, EncodeError> {
        let mut like = safepoints.clone().find(|s| !s.is_empty());
        for s in safepoints {
            like = if s.is_empty() { like } else { Some(s) };
            let bitmap = like.map_or(&[][..], |s| s.bitmap);
            let mut row = Row {
                pc: s.pc >> self.units.pc,
                empty: s.is_empty(),
                frame_size: like.map_or(0, |s| s.frame_size),
                bitmap,
                small: small_word(bitmap, self.units.slot),
                runs_end: 0,
            };
            if let Some(last) = self.rows.last() {
                if row.small.is_none() {
                    toggled(last.bitmap, bitmap, self.units.slot, &mut self.runs);
                }
                if !self.takes(&row) {
                    self.runs.truncate(last.runs_end);
                    self.close()?;
                }
            }
            row.runs_end = self.runs.len();
            self.rows.push(row);
        }
        self.close()?;
        self.open_granules(self.granules.len() as u32)?;
        self.finish()
    }

    /// The window that the open block needs if it takes the row `word`.
    fn window(&self, word: u64) -> Window {
        let first = self.rows[0].small.unwrap_or(0);
        let rows = self.rows.iter().filter_map(|r| r.small);
        Window::of(rows.fold(first ^ word, |all, row| all | row ^ first))
    }

    /// Whether the open block should take the row whose runs were just added.
    fn takes(&self, next: &Row) -> bool {
        let first = &self.rows[0];
        let rows = self.rows.len() as u32;
        let fits = (rows as usize) < ROWS
            && first.pc >> self.shift == next.pc >> self.shift
            && rows + 1 + ((next.pc - first.pc) >> 8) <= 32
            && first.frame_size == next.frame_size;
        fits && match (first.small, next.small) {
            (Some(word), Some(next)) => {
                let (now, then) = (self.window(word), self.window(next));
                (then.bits - now.bits) * rows <= BLOCK_BITS
            }
            (None, None) => {
                let base = self.base();
                let end = self.runs.iter().map(|r| r.1).max().unwrap_or(base);
                end - base <= 1 << 15 && rows as usize + pieces(&self.runs, MAX_LENGTH_BITS) <= 64
            }
            _ => false,
        }
    }

    /// The slot that toggles are counted from.
    fn base(&self) -> u32 {
        self.runs.iter().map(|r| r.0).min().unwrap_or(0)
    }

    fn close(&mut self) -> Result<(), EncodeError> {
        let first = self.rows[0].pc;
        let granule = first >> self.shift;
        self.open_granules(granule)?;
        let within = self.data.len() - self.granules[granule as usize].1 as usize;
        let within = u16::try_from(within).map_err(|_| EncodeError::TooLarge {
            scheme: self.scheme,
            what: "offset within a granule",
            value: within as u64,
        })?;
        self.blocks
            .push(((first & ((1 << self.shift) - 1)) as u16, within));

        let (mut high, mut empties) = (0u32, 0u32);
        for (i, row) in self.rows.iter().enumerate() {
            high |= 1 << (((row.pc - first) >> 8) as usize + i);
            empties |= u32::from(row.empty) << i;
        }
        let high_bytes = (32 - high.leading_zeros()).div_ceil(8);
        let (kind, map) = match self.rows[0].small {
            Some(word) => self.small_map(word),
            None => self.large_map(),
        };
        let any_empty = u32::from(empties != 0);
        let rows = self.rows.len();
        let widths = (rows as u32 - 1) | (high_bytes - 1) << 5 | any_empty << 7 | kind << 8;
        self.data.extend(&widths.to_le_bytes()[..3]);
        let frame_size = (self.rows[0].frame_size >> self.units.frame).to_le_bytes();
        self.data.extend(&frame_size[..self.units.frame_bytes]);
        self.data
            .extend(self.rows.iter().map(|r| (r.pc - first) as u8));
        self.data.extend(&high.to_le_bytes()[..high_bytes as usize]);
        if empties != 0 {
            self.data.extend(&empties.to_le_bytes()[..rows.div_ceil(8)]);
        }
        self.data.extend(map);
        self.rows.clear();
        self.runs.clear();
        Ok(())
    }

    fn small_map(&self, first: u64) -> (u32, Vec<u8>) {
        let Window { start, bits } = self.window(first);
        let common = first & !(mask(bits) << start);
        let bytes = (64 - common.leading_zeros()).div_ceil(8).max(1);
        let mut map = common.to_le_bytes()[..bytes as usize].to_vec();
        let mut windows = BitWriter::default();
        for row in self.rows.iter().filter_map(|r| r.small) {
            windows.push(row >> start & mask(bits), bits);
        }
        map.extend(windows.finish());
        (1 | (bytes - 1) << 1 | start << 4 | bits << 10, map)
    }

    fn large_map(&self) -> (u32, Vec<u8>) {
        let base = self.base();
        let start = self.runs.iter().map(|r| r.1 - 1 - base).max().unwrap_or(0);
        let start_bits = 32 - start.leading_zeros();
        let cost = |bits: u32| {
            let pieces = pieces(&self.runs, bits);
            (
                pieces + self.rows.len() > 65,
                pieces * (start_bits + bits + 1) as usize,
            )
        };
        let length_bits = (0..=MAX_LENGTH_BITS).min_by_key(|&b| cost(b)).unwrap_or(0);
        let (mut change, mut change_at, mut runs_at) = (0u64, 0u32, 0);
        let mut toggles = BitWriter::default();
        for row in &self.rows[1..] {
            for &(start, end) in &self.runs[runs_at..row.runs_end] {
                for piece in (start..end).step_by(1 << length_bits) {
                    let length = (end - piece).min(1 << length_bits);
                    let toggle = (piece - base) | ((length - 1) << start_bits);
                    toggles.push(u64::from(toggle), start_bits + length_bits);
                    change_at += 1;
                }
            }
            runs_at = row.runs_end;
            change |= 1 << change_at;
            change_at += 1;
        }
        let change_bytes = change_at.div_ceil(8);
        let mut map = change.to_le_bytes()[..change_bytes as usize].to_vec();
        let mut restart = Vec::new();
        toggled(&[], self.rows[0].bitmap, self.units.slot, &mut restart);
        push_uleb(&mut map, base);
        push_uleb(&mut map, restart.len() as u32);
        let mut end = 0;
        for run in restart {
            push_uleb(&mut map, run.0 - end);
            push_uleb(&mut map, run.1 - run.0 - 1);
            end = run.1;
        }
        map.extend(toggles.finish());
        (change_bytes << 1 | start_bits << 5 | length_bits << 9, map)
    }

    /// Opens all granules up to and including the one given.
    fn open_granules(&mut self, granule: u32) -> Result<(), EncodeError> {
        let block = narrow(self.scheme, "blocks", self.blocks.len())?;
        let data = narrow(self.scheme, "data bytes", self.data.len())?;
        while self.granules.len() <= granule as usize {
            self.granules.push((block, data));
        }
        Ok(())
    }

    fn finish(self) -> Result<Section, EncodeError> {
        let units = self.units;
        let mut out = Vec::new();
        out.extend(narrow(self.scheme, "granules", self.granules.len() - 1)?.to_le_bytes());
        out.extend((units.words as u32 | (units.frame_bytes as u32) << 24).to_le_bytes());
        out.extend([
            units.pc as u8,
            units.slot as u8,
            units.frame as u8,
            self.shift as u8,
        ]);
        for (block, data) in &self.granules {
            out.extend(block.to_le_bytes());
            out.extend(data.to_le_bytes());
        }
        for (pc, data) in &self.blocks {
            out.extend(pc.to_le_bytes());
            out.extend(data.to_le_bytes());
        }
        out.extend(&self.data);
        out.extend([0; PAD]);
        let parts = Parts {
            header: 12,
            index: 8 * self.granules.len() + 4 * self.blocks.len(),
            offsets: 0,
            payload: self.data.len(),
            padding: PAD,
        };
        Ok(Section { bytes: out, parts })
    }
}

/// Longest toggle, as log2.
const MAX_LENGTH_BITS: u32 = 5;

/// Toggles that runs take when each flips at most `1 << bits` slots.
fn pieces(runs: &[(u32, u32)], bits: u32) -> usize {
    runs.iter()
        .map(|r| (r.1 - r.0).div_ceil(1 << bits) as usize)
        .sum()
}

/// Appends the runs of slots in which two bitmaps differ.
fn toggled(a: &[u32], b: &[u32], slot: u32, runs: &mut Vec<(u32, u32)>) {
    let first = runs.len();
    let word = |m: &[u32], i: usize| m.get(i).copied().unwrap_or(0);
    for i in 0..a.len().max(b.len()) {
        let mut differing = word(a, i) ^ word(b, i);
        while differing != 0 {
            let at = (i as u32 * 32 + differing.trailing_zeros()) >> (slot - 2);
            differing &= differing - 1;
            match runs[first..].last_mut() {
                Some(run) if run.1 == at => run.1 += 1,
                _ => runs.push((at, at + 1)),
            }
        }
    }
}

/// A bitmap in one word, if all its slots are among the first.
fn small_word(bitmap: &[u32], slot: u32) -> Option<u64> {
    let mut slots = crate::slots_of(bitmap.iter().copied()).map(|s| s >> slot);
    slots.try_fold(0, |word, s| (s < SMALL).then(|| word | 1 << s))
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    bits: u32,
}

impl BitWriter {
    /// Appends up to 56 bits.
    fn push(&mut self, value: u64, bits: u32) {
        self.pending |= value << self.bits;
        self.bits += bits;
        while self.bits >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.bits -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.bits > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}

// ── reader ──────────────────────────────────────────────────────────────────

/// The tables of a section and its units.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'s> {
    granules: &'s [[u8; 8]],
    blocks: &'s [[u8; 4]],
    data: &'s [u8],
    scratch: u32,
    frame_bytes: u32,
    pc: u32,
    slot: u32,
    frame: u32,
    shift: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    pub(crate) fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Self::open(&EMPTY);
        }
        let (header, rest) = section
            .split_first_chunk::<12>()
            .ok_or(Malformed::Truncated)?;
        let [
            g0,
            g1,
            g2,
            g3,
            s0,
            s1,
            s2,
            frame_bytes,
            pc,
            slot,
            frame,
            shift,
        ] = *header;
        let granules = u32::from_le_bytes([g0, g1, g2, g3]) as usize;
        let len = granules.checked_add(1).and_then(|n| n.checked_mul(8));
        let tables = len.and_then(|len| rest.split_at_checked(len));
        let (granules, rest) = tables.ok_or(Malformed::Truncated)?;
        let granules = granules.as_chunks().0;
        let last: &[u8; 8] = granules.last().ok_or(Malformed::Truncated)?;
        let blocks = u32::from_le_bytes([last[0], last[1], last[2], last[3]]) as usize;
        let len = blocks.checked_mul(4);
        let tables = len.and_then(|len| rest.split_at_checked(len));
        let (blocks, data) = tables.ok_or(Malformed::Truncated)?;
        let units_fit = pc <= 4 && (slot == 2 || slot == 3) && frame <= 8 && shift <= 16;
        if !units_fit || frame_bytes == 0 || frame_bytes > 4 {
            return Err(Malformed::InvalidField);
        }
        Ok(Reader {
            granules,
            blocks: blocks.as_chunks().0,
            data,
            scratch: u32::from_le_bytes([s0, s1, s2, 0]),
            frame_bytes: u32::from(frame_bytes),
            pc: u32::from(pc),
            slot: u32::from(slot),
            frame: u32::from(frame),
            shift: u32::from(shift),
        })
    }

    #[inline]
    fn word(&self, at: usize) -> Result<u64, Malformed> {
        let bytes = self.data.get(at..).and_then(<[u8]>::first_chunk::<8>);
        Ok(u64::from_le_bytes(*bytes.ok_or(Malformed::Truncated)?))
    }
}

/// A section without any granule.
static EMPTY: [u8; 20] = [0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

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
        let unit = pc >> self.pc;
        let granule = (unit >> self.shift) as usize;
        let Some([from, to]) = self.granules.get(granule..).and_then(<[_]>::first_chunk) else {
            return Ok(Lookup::Missing);
        };
        if unit << self.pc != pc {
            return Ok(Lookup::Missing);
        }
        let first = |g: &[u8; 8]| u32::from_le_bytes([g[0], g[1], g[2], g[3]]) as usize;
        let blocks = self
            .blocks
            .get(first(from)..first(to))
            .ok_or(Malformed::InvalidField)?;
        let within = unit & ((1 << self.shift) - 1);
        let start = |b: &[u8; 4]| u32::from(u16::from_le_bytes([b[0], b[1]]));
        let above = blocks.partition_point(|b| start(b) <= within);
        let Some(block) = above.checked_sub(1).map(|i| &blocks[i]) else {
            return Ok(Lookup::Missing);
        };
        let at = u32::from_le_bytes([from[4], from[5], from[6], from[7]]) as usize
            + usize::from(u16::from_le_bytes([block[2], block[3]]));
        let head = self.word(at)?;
        let widths = head as u32 & 0xff_ffff;
        let frame_size = (head >> 24 & mask(self.frame_bytes * 8)) << self.frame;
        let rows = at + 3 + self.frame_bytes as usize;
        let Some(row) = self.find(rows, widths, within - start(block))? else {
            return Ok(Lookup::Missing);
        };
        let mut at = rows + ((widths & 31) + (widths >> 5 & 3) + 2) as usize;
        if widths >> 7 & 1 == 1 {
            if self.word(at)? >> row & 1 == 1 {
                return Ok(Lookup::Empty);
            }
            at += (widths & 31) as usize / 8 + 1;
        }
        self.decode(at, widths >> 8, row, frame_size as u32, scratch)
            .map(Lookup::Map)
    }
}

impl Reader<'_> {
    /// The row that lies `offset` above the first.
    #[inline]
    fn find(&self, at: usize, widths: u32, offset: u32) -> Result<Option<u32>, Malformed> {
        const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        let rows = (widths & 31) + 1;
        let high = (self.word(at + rows as usize)? & mask(((widths >> 5 & 3) + 1) * 8)) as u32;
        let needle = u64::from(offset & 0xff) * 0x0101_0101_0101_0101;
        for chunk in (0..rows).step_by(8) {
            let differing = self.word(at + chunk as usize)? ^ needle;
            let mut equal = !(((differing & LOW7) + LOW7) | differing | LOW7);
            while equal != 0 {
                let row = chunk + equal.trailing_zeros() / 8;
                let bit = (offset >> 8) + row;
                let is_row = row < rows && bit < 32 && high >> bit & 1 == 1;
                if is_row && (high & ((1 << bit) - 1)).count_ones() == row {
                    return Ok(Some(row));
                }
                equal &= equal - 1;
            }
        }
        Ok(None)
    }

    /// Decodes the map of a row from the block's map part at `at`.
    #[inline]
    fn decode<'m>(
        &self,
        at: usize,
        widths: u32,
        row: u32,
        frame_size: u32,
        scratch: &'m mut [u64],
    ) -> Result<WordMap<'m>, Malformed> {
        let words = if widths & 1 == 1 {
            let bytes = (widths >> 1 & 7) + 1;
            let (start, bits) = (widths >> 4 & 63, widths >> 10 & 63);
            let common = self.word(at)? & mask(bytes * 8);
            let bit = row * bits;
            let window = self.word(at + (bytes + bit / 8) as usize)? >> (bit % 8) & mask(bits);
            let words = scratch.get_mut(..1).ok_or(Malformed::ScratchTooSmall)?;
            words[0] = common ^ window << start;
            words
        } else {
            let words = cleared(scratch, frame_size, self.slot, self.scratch)?;
            self.decode_large(at, widths, row, words)?;
            words
        };
        Ok(WordMap {
            frame_size,
            slot: self.slot,
            words,
        })
    }

    fn decode_large(
        &self,
        mut at: usize,
        widths: u32,
        row: u32,
        words: &mut [u64],
    ) -> Result<(), Malformed> {
        let toggles = match row.checked_sub(1) {
            None => 0,
            Some(before) => select(self.word(at)?, before).wrapping_sub(before),
        };
        at += (widths >> 1 & 15) as usize;
        let (start_bits, length_bits) = (widths >> 5 & 15, widths >> 9 & 7);
        let base = read_uleb(self.data, &mut at)?;
        let mut end = 0u32;
        for _ in 0..read_uleb(self.data, &mut at)? {
            let start = end.wrapping_add(read_uleb(self.data, &mut at)?);
            let length = read_uleb(self.data, &mut at)?.wrapping_add(1);
            toggle(words, start, length)?;
            end = start.wrapping_add(length);
        }
        for i in 0..toggles {
            let bit = (i * (start_bits + length_bits)) as usize;
            let fields = self.word(at + bit / 8)? >> (bit % 8);
            let length = (fields >> start_bits & mask(length_bits)) + 1;
            let start = base.wrapping_add((fields & mask(start_bits)) as u32);
            toggle(words, start, length as u32)?;
        }
        Ok(())
    }
}
