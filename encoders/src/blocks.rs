//! `blocks`: exact PCs in short blocks; a map is a restart map and the first
//! *k* toggles after it.
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
//!   data of a block of up to 32 safepoints (rows):
//! ┌─────────────┬───────────┬──────┬────────┬──────┬────────┬─────────┬─────────┐
//! │ widths: u24 │ low: u8[] │ high │ change │ news │ frames │ restart │ toggles │
//! └─────────────┴───────────┴──────┴────────┴──────┴────────┴─────────┴─────────┘
//! ```
//!
//! Shifting the PC gives the granule, a short binary search the block. What
//! the PC lies above the block's first row is found among the rows' `low`
//! bytes, eight at a time, and confirmed by `high`, which holds the rest of
//! each in unary: a row `i` whose rest is `h` has bit `h + i` set, and `i` set
//! bits below it.
//!
//! `change` says in unary how many toggles each row but the first adds, so one
//! select gives *k*, the toggles up to the row; their order is of no account,
//! as toggles commute. A toggle is a start and a length of fixed width. Bits of
//! `news` mark rows whose frame size differs from the row before, and `frames`
//! holds those sizes.
//!
//! In a *small* block all slots lie in the first 64: the restart map is a
//! bitmap and everything happens in one register. In a *large* one it is
//! `base, runs, (gap, length - 1)[runs]` in ULEB, and toggles start at `base`.
//!
//! Sources: granules from Tarditi (ISMM 2000) and Go's `findfunctab`; low and
//! high parts as in Elias–Fano (Vigna, WSDM 2013); fixed-width rows as in
//! Android ART's `BitTable`; blocks as in wasmtime#13628.

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

/// Zeroes after the data, so that a word can be read anywhere in it.
const PAD: usize = 8;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for Blocks {
    const NAME: &'static str = "blocks";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        if table.maps() == 0 {
            return Ok(Section::default());
        }
        let units = Units::of(table);
        let mut shift = units.granule(table);
        loop {
            match Writer::new(units, shift).write(table) {
                Err(EncodeError::TooLarge { .. }) if shift > 0 => shift -= 1,
                done => return done,
            }
        }
    }

    #[inline]
    fn open(section: &[u8]) -> Result<Reader<'_>, Malformed> {
        Reader::open(section)
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
    fn of(table: &Table) -> Units {
        let (mut pcs, mut frames, mut odd_slots, mut words) = (0, 0, 0, 0);
        for s in table.iter_maps() {
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

    /// A granule that holds a few blocks on average.
    fn granule(self, table: &Table) -> u32 {
        let last = table.iter_maps().last().map_or(0, |s| s.pc);
        let per_row = (u64::from(last) >> self.pc) / table.maps() as u64 + 1;
        (per_row * GRANULE_ROWS).ilog2().min(16)
    }
}

/// Safepoints that an average granule holds.
const GRANULE_ROWS: u64 = 128;

#[derive(Default)]
struct Writer<'t> {
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
    frame_size: u32,
    bitmap: &'t [u32],
    runs_end: usize,
}

impl<'t> Writer<'t> {
    fn new(units: Units, shift: u32) -> Self {
        Writer {
            units,
            shift,
            ..Writer::default()
        }
    }

    fn write(mut self, table: &'t Table) -> Result<Section, EncodeError> {
        for s in table.iter_maps() {
            let pc = s.pc >> self.units.pc;
            let previous = self.rows.last().map_or(&[][..], |r| r.bitmap);
            let kept = self.runs.len();
            if !self.rows.is_empty() {
                toggled(previous, s.bitmap, self.units.slot, &mut self.runs);
                if !self.fits(pc, s) {
                    self.runs.truncate(kept);
                    self.close()?;
                }
            }
            self.rows.push(Row {
                pc,
                frame_size: s.frame_size,
                bitmap: s.bitmap,
                runs_end: self.runs.len(),
            });
        }
        self.close()?;
        self.open_granules(self.granules.len() as u32)?;
        self.finish()
    }

    fn is_small(&self, bitmap: &[u32]) -> bool {
        bitmap.len() <= if self.units.slot == 3 { 4 } else { 2 }
    }

    /// Whether the open block can take the row whose runs were just added.
    fn fits(&self, pc: u32, s: Safepoint<'_>) -> bool {
        let Row {
            pc: first,
            frame_size,
            bitmap,
            ..
        } = self.rows[0];
        let small = self.is_small(bitmap);
        let rows = self.rows.len();
        let base = self.base();
        let end = self.runs.iter().map(|r| r.1).max().unwrap_or(base);
        rows < ROWS
            && first >> self.shift == pc >> self.shift
            && rows + 1 + ((pc - first) >> 8) as usize <= 64
            && small == self.is_small(s.bitmap)
            && (small || frame_size == s.frame_size)
            && end - base <= 1 << 15
            && rows + pieces(&self.runs, MAX_LENGTH_BITS) <= 64
    }

    /// The slot that toggles are counted from.
    fn base(&self) -> u32 {
        if self.is_small(self.rows[0].bitmap) {
            return 0;
        }
        self.runs.iter().map(|r| r.0).min().unwrap_or(0)
    }

    fn close(&mut self) -> Result<(), EncodeError> {
        let first = self.rows[0].pc;
        let granule = first >> self.shift;
        self.open_granules(granule)?;
        let within = self.data.len() - self.granules[granule as usize].1 as usize;
        let within = u16::try_from(within).map_err(|_| EncodeError::TooLarge {
            scheme: Blocks::NAME,
            what: "offset within a granule",
            value: within as u64,
        })?;
        self.blocks
            .push(((first & ((1 << self.shift) - 1)) as u16, within));

        let base = self.base();
        let rows = self.rows.len();
        let small = self.is_small(self.rows[0].bitmap);
        let start = self.runs.iter().map(|r| r.1 - 1 - base).max().unwrap_or(0);
        let start_bits = 32 - start.leading_zeros();
        let cost = |bits: u32| {
            let pieces = pieces(&self.runs, bits);
            (
                pieces + rows > 65,
                pieces * (start_bits + bits + 1) as usize,
            )
        };
        let length_bits = (0..=MAX_LENGTH_BITS).min_by_key(|&b| cost(b)).unwrap_or(0);

        let (mut high, mut change, mut news) = (0u64, 0u64, 0u32);
        let (mut toggles, mut frames) = (BitWriter::default(), Vec::<u8>::new());
        let (mut change_at, mut runs_at, mut frame_size) = (0u32, 0, None);
        for (i, row) in self.rows.iter().enumerate() {
            high |= 1 << (((row.pc - first) >> 8) as usize + i);
            if frame_size != Some(row.frame_size) {
                frame_size = Some(row.frame_size);
                news |= 1 << i;
                let size = (row.frame_size >> self.units.frame).to_le_bytes();
                frames.extend(&size[..self.units.frame_bytes]);
            }
            for &(start, end) in &self.runs[runs_at..row.runs_end] {
                for piece in (start..end).step_by(1 << length_bits) {
                    let length = (end - piece).min(1 << length_bits);
                    toggles.push(
                        piece - base | (length - 1) << start_bits,
                        start_bits + length_bits,
                    );
                    change_at += 1;
                }
            }
            runs_at = row.runs_end;
            if i > 0 {
                change |= 1 << change_at;
                change_at += 1;
            }
        }
        let high_bytes = (64 - high.leading_zeros()).div_ceil(8);
        let change_bytes = change_at.div_ceil(8);

        let mut restart = Vec::new();
        if small {
            let bits = slot_word(self.rows[0].bitmap, self.units.slot);
            let bytes = (64 - bits.leading_zeros()).div_ceil(8).max(1) as usize;
            restart.extend(&bits.to_le_bytes()[..bytes]);
        } else {
            let mut runs = Vec::new();
            toggled(&[], self.rows[0].bitmap, self.units.slot, &mut runs);
            push_uleb(&mut restart, base);
            push_uleb(&mut restart, runs.len() as u32);
            let mut end = 0;
            for run in runs {
                push_uleb(&mut restart, run.0 - end);
                push_uleb(&mut restart, run.1 - run.0 - 1);
                end = run.1;
            }
        }
        let restart_bytes = if small { restart.len() as u32 } else { 0 };
        let widths = (rows as u32 - 1)
            | (high_bytes - 1) << 5
            | change_bytes << 8
            | start_bits << 12
            | length_bits << 16
            | restart_bytes << 19;
        self.data.extend(&widths.to_le_bytes()[..3]);
        self.data
            .extend(self.rows.iter().map(|r| (r.pc - first) as u8));
        self.data.extend(&high.to_le_bytes()[..high_bytes as usize]);
        self.data
            .extend(&change.to_le_bytes()[..change_bytes as usize]);
        self.data.extend(&news.to_le_bytes()[..rows.div_ceil(8)]);
        self.data.extend(frames);
        self.data.extend(restart);
        self.data.extend(toggles.finish());
        self.rows.clear();
        self.runs.clear();
        Ok(())
    }

    /// Opens all granules up to and including the one given.
    fn open_granules(&mut self, granule: u32) -> Result<(), EncodeError> {
        let block = narrow(Blocks::NAME, "blocks", self.blocks.len())?;
        let data = narrow(Blocks::NAME, "data bytes", self.data.len())?;
        while self.granules.len() <= granule as usize {
            self.granules.push((block, data));
        }
        Ok(())
    }

    fn finish(self) -> Result<Section, EncodeError> {
        let units = self.units;
        let mut out = Vec::new();
        out.extend(narrow(Blocks::NAME, "granules", self.granules.len() - 1)?.to_le_bytes());
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

/// A bitmap of at most 64 slots in one word.
fn slot_word(bitmap: &[u32], slot: u32) -> u64 {
    let slots = crate::slots_of(bitmap.iter().copied());
    slots.fold(0, |word, s| word | 1 << (s >> slot))
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    bits: u32,
}

impl BitWriter {
    fn push(&mut self, value: u32, bits: u32) {
        self.pending |= u64::from(value) << self.bits;
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
    fn open(section: &'s [u8]) -> Result<Self, Malformed> {
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
        let widths = self.word(at)? as u32 & 0xff_ffff;
        match self.find(at + 3, widths, within - start(block))? {
            Some(row) => self.decode(at + 3, widths, row, scratch).map(Lookup::Map),
            None => Ok(Lookup::Missing),
        }
    }
}

impl Reader<'_> {
    /// The row that lies `offset` above the first.
    #[inline]
    fn find(&self, at: usize, widths: u32, offset: u32) -> Result<Option<u32>, Malformed> {
        const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        let rows = (widths & 31) + 1;
        let high = self.word(at + rows as usize)? & mask(((widths >> 5 & 7) + 1) * 8);
        let needle = u64::from(offset & 0xff) * 0x0101_0101_0101_0101;
        for chunk in (0..rows).step_by(8) {
            let differing = self.word(at + chunk as usize)? ^ needle;
            let mut equal = !(((differing & LOW7) + LOW7) | differing | LOW7);
            while equal != 0 {
                let row = chunk + equal.trailing_zeros() / 8;
                let bit = (offset >> 8) + row;
                if row < rows && bit < 64 && high >> bit & 1 == 1 {
                    if (high & mask(bit)).count_ones() == row {
                        return Ok(Some(row));
                    }
                }
                equal &= equal - 1;
            }
        }
        Ok(None)
    }

    /// Decodes the map of a row.
    #[inline]
    fn decode<'m>(
        &self,
        mut at: usize,
        widths: u32,
        row: u32,
        scratch: &'m mut [u64],
    ) -> Result<WordMap<'m>, Malformed> {
        let rows = (widths & 31) + 1;
        let change_bytes = widths >> 8 & 15;
        let (start_bits, length_bits) = (widths >> 12 & 15, widths >> 16 & 7);
        at += (rows + (widths >> 5 & 7) + 1) as usize;
        let change = self.word(at)?;
        at += change_bytes as usize;
        let toggles = match row.checked_sub(1) {
            None => 0,
            Some(before) => select(change, before).wrapping_sub(before),
        };
        let news = self.word(at)? & mask(rows);
        at += rows.div_ceil(8) as usize;
        let frame = (news & mask(row + 1)).count_ones().saturating_sub(1);
        let frame_size = self.word(at + (frame * self.frame_bytes) as usize)?;
        let frame_size = (frame_size & mask(self.frame_bytes * 8)) << self.frame;
        let frame_size = frame_size as u32;
        at += (news.count_ones() * self.frame_bytes) as usize;

        let restart_bytes = widths >> 19 & 15;
        let toggle_bits = start_bits + length_bits;
        if restart_bytes > 0 {
            let mut map = self.word(at)? & mask(restart_bytes * 8);
            at += restart_bytes as usize;
            for i in 0..toggles {
                let bit = (i * toggle_bits) as usize;
                let fields = self.word(at + bit / 8)? >> (bit % 8);
                let length = (fields >> start_bits & mask(length_bits)) + 1;
                map ^= ((1 << (length & 63)) - 1) << (fields & mask(start_bits) & 63);
            }
            let words = scratch.get_mut(..1).ok_or(Malformed::ScratchTooSmall)?;
            words[0] = map;
            return Ok(WordMap {
                frame_size,
                slot: self.slot,
                words,
            });
        }
        let words = cleared(scratch, frame_size, self.slot, self.scratch)?;
        let base = read_uleb(self.data, &mut at)?;
        let mut end = 0u32;
        for _ in 0..read_uleb(self.data, &mut at)? {
            let start = end.wrapping_add(read_uleb(self.data, &mut at)?);
            let length = read_uleb(self.data, &mut at)?.wrapping_add(1);
            toggle(words, start, length)?;
            end = start.wrapping_add(length);
        }
        for i in 0..toggles {
            let bit = (i * toggle_bits) as usize;
            let fields = self.word(at + bit / 8)? >> (bit % 8);
            let length = (fields >> start_bits & mask(length_bits)) + 1;
            let start = base.wrapping_add((fields & mask(start_bits)) as u32);
            toggle(words, start, length as u32)?;
        }
        Ok(WordMap {
            frame_size,
            slot: self.slot,
            words,
        })
    }
}
