//! `delta-runs`: exact PCs in short blocks, each map coded as what changed.
//!
//! ```text
//! ┌─────────────┬────────────────────────────┬──────────────────────┬──────┬─────────┐
//! │ header: 12  │ granule: (u32, u32)[g + 1] │ block: (u16, u16)[b] │ data │ pad: 8  │
//! └─────────────┴────────────────────────────┴──────────────────────┴──────┴─────────┘
//!   header  = granules: u32 │ scratch words: u32 │ log2 of the units of pc, slot, frame size
//!             and granule: u8[4]
//!   granule = index of its first block │ where their data starts
//!   block   = pc of its first row within the granule │ start of its data within the granule's
//!
//!   block data, for up to 32 safepoints (rows) of one frame size in one granule:
//! ┌───────────────────────────────┬────────────┬────────────┬──────┬──────┬──────────┐
//! │ widths: u16                   │ frame size │ runs of    │ high │ low  │ runs ... │
//! │ = low:4 │ high:4 │ change:4   │ : ULEB     │ row 0: ULEB│      │ bits │          │
//! └───────────────────────────────┴────────────┴────────────┴──────┴──────┴──────────┘
//! ```
//!
//! The text is cut into granules, found by shifting the PC; a short binary
//! search finds the block. The PCs of rows 1, 2, … relative to row 0 are an
//! Elias–Fano list: `low` bits of each as they are, the rest in unary in
//! `high` bytes. `change` bytes of unary say how many runs of slots each row
//! toggles against the row before; row 0 toggles the empty map. So the map of
//! row *i* is the exclusive or of the first *k* runs, where *k* is one select:
//! no row is decoded on its own. A run is `zigzag(start - end of the run
//! before) << 1 | (length > 1)`, then `length - 2` if that bit is set, both
//! ULEB, in units of slots.
//!
//! Sources: 64 KiB granules from Tarditi (ISMM 2000) and Go's `findfunctab`;
//! Elias–Fano from Vigna (WSDM 2013); blocks as in wasmtime#13628. That live
//! slots of giant frames form one or two long runs was measured here.

use crate::bitmap::narrow;
use crate::bits::{push_uleb, read_uleb, select, unzigzag, zigzag};
use crate::words::{WordMap, cleared, mask, toggle};
use crate::{EncodeError, Encoder, Lookup, Malformed, Parts, Section, Table};
use alloc::vec::Vec;

/// Blocks of toggled runs under a granule index.
#[derive(Clone, Copy, Debug)]
pub struct DeltaRuns;

/// Most rows of a block.
const ROWS: usize = 32;

/// Zeroes after the data, so that a word can be read anywhere in it.
const PAD: usize = 8;

// ── writer ──────────────────────────────────────────────────────────────────

impl Encoder for DeltaRuns {
    const NAME: &'static str = "delta-runs";
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        if table.maps() == 0 {
            return Ok(Section::default());
        }
        let units = Units::of(table);
        let mut shift = 16;
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
#[derive(Clone, Copy)]
struct Units {
    pc: u32,
    slot: u32,
    frame: u32,
}

impl Units {
    fn of(table: &Table) -> Units {
        let (mut pcs, mut frames, mut odd_slots) = (0, 0, 0);
        for s in table.iter_maps() {
            pcs |= s.pc;
            frames |= s.frame_size;
            odd_slots |= s.bitmap.iter().fold(0, |a, w| a | w) & 0xaaaa_aaaa;
        }
        Units {
            pc: pcs.trailing_zeros().min(4),
            slot: if odd_slots == 0 { 3 } else { 2 },
            frame: frames.trailing_zeros().min(8),
        }
    }
}

struct Row {
    pc: u32,
    runs: usize,
    data_end: usize,
}

struct Writer {
    units: Units,
    shift: u32,
    granules: Vec<(u32, u32)>,
    blocks: Vec<(u16, u16)>,
    data: Vec<u8>,
    /// The block under construction: its rows and the runs they toggle.
    rows: Vec<Row>,
    frame_size: u32,
    runs: Vec<u8>,
    run_end: i32,
}

impl Writer {
    fn new(units: Units, shift: u32) -> Self {
        Writer {
            units,
            shift,
            granules: Vec::new(),
            blocks: Vec::new(),
            data: Vec::new(),
            rows: Vec::new(),
            frame_size: 0,
            runs: Vec::new(),
            run_end: 0,
        }
    }

    fn write(mut self, table: &Table) -> Result<Section, EncodeError> {
        let mut previous: &[u32] = &[];
        let mut max_slot = 0;
        for s in table.iter_maps() {
            max_slot = max_slot.max(s.bitmap.len());
            let pc = s.pc >> self.units.pc;
            if !self.rows.is_empty() {
                let kept = (self.runs.len(), self.run_end);
                let runs = self.toggle(previous, s.bitmap);
                if s.frame_size == self.frame_size && self.fits(pc, runs) {
                    self.rows.push(Row {
                        pc,
                        runs,
                        data_end: self.runs.len(),
                    });
                    previous = s.bitmap;
                    continue;
                }
                self.runs.truncate(kept.0);
                self.close()?;
            }
            self.frame_size = s.frame_size;
            self.run_end = 0;
            self.runs.clear();
            let runs = self.toggle(&[], s.bitmap);
            self.rows.push(Row {
                pc,
                runs,
                data_end: self.runs.len(),
            });
            previous = s.bitmap;
        }
        self.close()?;
        self.open_granules(self.granules.len() as u32)?;
        self.finish(max_slot)
    }

    /// Appends the runs in which two bitmaps differ; returns their number.
    fn toggle(&mut self, a: &[u32], b: &[u32]) -> usize {
        let mut count = 0;
        let mut run: Option<(u32, u32)> = None;
        let word = |m: &[u32], i: usize| m.get(i).copied().unwrap_or(0);
        for i in 0..a.len().max(b.len()) {
            let mut differing = word(a, i) ^ word(b, i);
            while differing != 0 {
                let bit = i as u32 * 32 + differing.trailing_zeros();
                differing &= differing - 1;
                let slot = bit >> (self.units.slot - 2);
                run = match run {
                    Some((start, end)) if end == slot => Some((start, slot + 1)),
                    closed => {
                        count += usize::from(closed.is_some());
                        self.push_run(closed);
                        Some((slot, slot + 1))
                    }
                };
            }
        }
        count += usize::from(run.is_some());
        self.push_run(run);
        count
    }

    fn push_run(&mut self, run: Option<(u32, u32)>) {
        let Some((start, end)) = run else { return };
        let long = end - start > 1;
        let step = zigzag(start as i32 - self.run_end);
        push_uleb(&mut self.runs, step << 1 | u32::from(long));
        if long {
            push_uleb(&mut self.runs, end - start - 2);
        }
        self.run_end = end as i32;
    }

    /// Whether the open block can take one more row.
    fn fits(&self, pc: u32, runs: usize) -> bool {
        let first = self.rows[0].pc;
        let changes: usize = self.rows[1..].iter().map(|r| r.runs + 1).sum();
        self.rows.len() < ROWS
            && first >> self.shift == pc >> self.shift
            && changes + runs < 64
            && best_low(self.rows.len(), pc - first).is_some()
    }

    fn close(&mut self) -> Result<(), EncodeError> {
        let first = self.rows[0].pc;
        let count = self.rows.len() - 1;
        let span = self.rows[count].pc - first;
        let low = best_low(count, span).unwrap_or(0);
        let (mut high, mut at) = (0u64, 0);
        let (mut change, mut change_at) = (0u64, 0);
        let mut lows = 0u128;
        let mut low_bytes = Vec::new();
        let mut pending = 0;
        for (i, row) in self.rows[1..].iter().enumerate() {
            let offset = row.pc - first;
            at = (offset >> low) as usize + i;
            high |= 1 << at;
            change_at += row.runs;
            change |= 1 << change_at;
            change_at += 1;
            lows |= u128::from(offset & ((1 << low) - 1)) << pending;
            pending += low;
            while pending >= 8 {
                low_bytes.push(lows as u8);
                lows >>= 8;
                pending -= 8;
            }
        }
        if pending > 0 {
            low_bytes.push(lows as u8);
        }
        let high_bytes = if count == 0 { 0 } else { at / 8 + 1 };
        let change_bytes = change_at.div_ceil(8);

        let granule = (first >> self.shift) as usize;
        self.open_granules(granule as u32)?;
        let within = self.data.len() - self.granules[granule].1 as usize;
        let too_large = |value: usize| EncodeError::TooLarge {
            scheme: DeltaRuns::NAME,
            what: "offset within a granule",
            value: value as u64,
        };
        let within = u16::try_from(within).map_err(|_| too_large(within))?;
        self.blocks
            .push(((first & ((1 << self.shift) - 1)) as u16, within));

        let widths = low | (high_bytes as u32) << 4 | (change_bytes as u32) << 8;
        self.data.extend((widths as u16).to_le_bytes());
        push_uleb(&mut self.data, self.frame_size >> self.units.frame);
        push_uleb(&mut self.data, self.rows[0].runs as u32);
        self.data.extend(&high.to_le_bytes()[..high_bytes]);
        self.data.extend(&change.to_le_bytes()[..change_bytes]);
        self.data.extend(low_bytes);
        let end = self.rows[count].data_end;
        self.data.extend(&self.runs[..end]);
        self.rows.clear();
        Ok(())
    }

    /// Opens all granules up to and including the one given.
    fn open_granules(&mut self, granule: u32) -> Result<(), EncodeError> {
        let block = narrow(DeltaRuns::NAME, "blocks", self.blocks.len())?;
        let data = narrow(DeltaRuns::NAME, "data bytes", self.data.len())?;
        while self.granules.len() <= granule as usize {
            self.granules.push((block, data));
        }
        Ok(())
    }

    fn finish(self, bitmap_words: usize) -> Result<Section, EncodeError> {
        let scratch = bitmap_words.div_ceil(if self.units.slot == 3 { 4 } else { 2 }) + 1;
        let mut out = Vec::new();
        out.extend(narrow(DeltaRuns::NAME, "granules", self.granules.len() - 1)?.to_le_bytes());
        out.extend(narrow(DeltaRuns::NAME, "scratch words", scratch)?.to_le_bytes());
        out.extend([
            self.units.pc as u8,
            self.units.slot as u8,
            self.units.frame as u8,
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

/// The number of low bits that makes the offsets of `count` rows up to `span`
/// smallest, if any lets the high bits fit one word.
fn best_low(count: usize, span: u32) -> Option<u32> {
    let bits = |low: u32| count + (span >> low) as usize;
    (0..16)
        .filter(|&low| bits(low) <= 64)
        .min_by_key(|&low| bits(low).div_ceil(8) + (count * low as usize).div_ceil(8))
}

// ── reader ──────────────────────────────────────────────────────────────────

/// The tables of a section and its units.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'s> {
    granules: &'s [[u8; 8]],
    blocks: &'s [[u8; 4]],
    data: &'s [u8],
    scratch: u32,
    pc: u32,
    slot: u32,
    frame: u32,
    shift: u32,
}

impl<'s> Reader<'s> {
    #[inline]
    fn open(section: &'s [u8]) -> Result<Self, Malformed> {
        if section.is_empty() {
            return Ok(Reader {
                granules: &[],
                blocks: &[],
                data: &[],
                scratch: 0,
                pc: 0,
                slot: 2,
                frame: 0,
                shift: 0,
            });
        }
        let (header, rest) = section
            .split_first_chunk::<12>()
            .ok_or(Malformed::Truncated)?;
        let [g0, g1, g2, g3, s0, s1, s2, s3, pc, slot, frame, shift] = *header;
        let count = u32::from_le_bytes([g0, g1, g2, g3]) as usize;
        let len = count.checked_add(1).and_then(|n| n.checked_mul(8));
        let (granules, rest) = rest
            .split_at_checked(len.ok_or(Malformed::Truncated)?)
            .ok_or(Malformed::Truncated)?;
        let granules = granules.as_chunks().0;
        let last = granules.last().ok_or(Malformed::Truncated)?;
        let blocks = u32::from_le_bytes([last[0], last[1], last[2], last[3]]) as usize;
        let len = blocks.checked_mul(4).ok_or(Malformed::Truncated)?;
        let (blocks, data) = rest.split_at_checked(len).ok_or(Malformed::Truncated)?;
        if pc > 4 || !(2..=3).contains(&slot) || frame > 8 || shift > 16 {
            return Err(Malformed::InvalidField);
        }
        Ok(Reader {
            granules,
            blocks: blocks.as_chunks().0,
            data,
            scratch: u32::from_le_bytes([s0, s1, s2, s3]),
            pc: u32::from(pc),
            slot: u32::from(slot),
            frame: u32::from(frame),
            shift: u32::from(shift),
        })
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
        let unit = pc >> self.pc;
        let granule = (unit >> self.shift) as usize;
        let (Some(from), Some(to)) = (self.granules.get(granule), self.granules.get(granule + 1))
        else {
            return Ok(Lookup::Missing);
        };
        if unit << self.pc != pc {
            return Ok(Lookup::Missing);
        }
        let block = |g: &[u8; 8]| u32::from_le_bytes([g[0], g[1], g[2], g[3]]) as usize;
        let blocks = self
            .blocks
            .get(block(from)..block(to))
            .ok_or(Malformed::InvalidField)?;
        let within = unit & ((1 << self.shift) - 1);
        let start = |b: &[u8; 4]| u32::from(u16::from_le_bytes([b[0], b[1]]));
        let above = blocks.partition_point(|b| start(b) <= within);
        let Some(block) = above.checked_sub(1).map(|i| &blocks[i]) else {
            return Ok(Lookup::Missing);
        };
        let data = u32::from_le_bytes([from[4], from[5], from[6], from[7]]) as usize
            + usize::from(u16::from_le_bytes([block[2], block[3]]));
        self.row(data, within - start(block), scratch)
    }
}

impl Reader<'_> {
    /// Finds the row at `offset` in the block at `at` and decodes its map.
    #[inline]
    fn row<'m>(
        &self,
        mut at: usize,
        offset: u32,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<WordMap<'m>>, Malformed> {
        let data = self.data;
        let word = |at: usize| -> Result<u64, Malformed> {
            let bytes = data.get(at..).and_then(<[u8]>::first_chunk::<8>);
            Ok(u64::from_le_bytes(*bytes.ok_or(Malformed::Truncated)?))
        };
        let widths = word(at)? as u32;
        at += 2;
        let (low, high_bytes, change_bytes) = (widths & 15, widths >> 4 & 15, widths >> 8 & 15);
        let frame_size = read_uleb(data, &mut at)?;
        let mut runs = read_uleb(data, &mut at)?;
        let high = word(at)? & mask(high_bytes * 8);
        at += high_bytes as usize;
        let change = word(at)? & mask(change_bytes * 8);
        at += change_bytes as usize;
        if offset != 0 {
            let bucket = offset >> low;
            let mut bit = match bucket {
                0 => 0,
                _ => select(!high, bucket - 1) + 1,
            };
            let wanted = u64::from(offset) & mask(low);
            let row = loop {
                if bit >= 64 || high >> bit & 1 == 0 {
                    return Ok(Lookup::Missing);
                }
                let row = bit - bucket;
                let from = row * low;
                if word(at + from as usize / 8)? >> (from % 8) & mask(low) == wanted {
                    break row;
                }
                bit += 1;
            };
            runs += select(change, row) - row;
        }
        at += (high.count_ones() * low).div_ceil(8) as usize;

        let frame_size = frame_size << self.frame;
        let map = cleared(scratch, frame_size, self.slot, self.scratch)?;
        let mut end = 0i32;
        for _ in 0..runs {
            let step = read_uleb(data, &mut at)?;
            let start = end.wrapping_add(unzigzag(step >> 1));
            let length = match step & 1 {
                0 => 1,
                _ => read_uleb(data, &mut at)?.wrapping_add(2),
            };
            toggle(map, start as u32, length)?;
            end = start.wrapping_add(length as i32);
        }
        Ok(Lookup::Map(WordMap {
            frame_size,
            slot: self.slot,
            words: map,
        }))
    }
}
