//! Stack maps in a format that is chosen at run time, to compare formats in one
//! binary. Each combination of format, memo and what is to be seen of a lookup is
//! a copy of the code of its own, so that a lookup is one jump and then what it
//! would be with that format alone, but for some bytes more of what is kept.

use crate::stack_map::{STACK_MAP_MEMO_SETS, StackMap as Series, StackMapMemo};
use crate::today;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use stackmap_encoders::{
    Encoder, Lookup, Memo, OwnedMap, Reader as _, StackMap, blocks::Blocks,
    blocks_dense::BlocksDense, blocks_tri::BlocksTri, consed::Consed, delta::Delta, direct::Direct,
    ranges::Ranges, ranges_consed::RangesConsed, steps::Steps, steps_consed::StepsConsed,
};
use std::boxed::Box;
use std::sync::OnceLock;
use std::time::Instant;
use std::vec::Vec;

#[cfg(feature = "compile")]
pub use crate::formats_writer::{LAST_TABLE, StackMapSection};

/// The formats, each under its number.
pub const TODAY: usize = 0;
/// Today's, as a control: the same source in another place of the binary.
pub const AGAIN: usize = 1;
/// The lab's `consed`.
pub const CONSED: usize = 2;
/// The lab's `delta`.
pub const DELTA: usize = 3;
/// What the patches make of Wasmtime's files.
pub const DELTA_TRI: usize = 4;
/// The lab's `blocks`.
pub const BLOCKS: usize = 5;
/// The lab's `blocks-tri`.
pub const BLOCKS_TRI: usize = 6;
/// The lab's `blocks-dense`.
pub const BLOCKS_DENSE: usize = 7;
/// The lab's `direct`.
pub const DIRECT: usize = 8;
/// The lab's `ranges`.
pub const RANGES: usize = 9;
/// The lab's `ranges-consed`.
pub const RANGES_CONSED: usize = 10;
/// The lab's `steps`.
pub const STEPS: usize = 11;
/// The lab's `steps-consed`.
pub const STEPS_CONSED: usize = 12;

/// The format in which sections are written and read.
pub static FORMAT: AtomicUsize = AtomicUsize::new(TODAY);

/// Whether the format tells safepoints without references from other PCs.
pub fn tells_empties() -> bool {
    matches!(FORMAT.load(Relaxed), DELTA_TRI | BLOCKS_TRI)
}

/// Lookups are just made.
pub const PLAIN: usize = 0;
/// Lookups are counted, and their answers hashed.
pub const HASHED: usize = 1;
/// Each lookup is made one time more before, and that one is timed.
pub const TIMED: usize = 2;

/// What is to be seen of lookups.
pub static SEEN: AtomicUsize = AtomicUsize::new(PLAIN);

/// 1 if a memo stands before the format, and 0 if not.
pub static MEMO: AtomicUsize = AtomicUsize::new(0);

/// Entries of a memo.
pub const MEMO_ENTRIES: usize = 2 * STACK_MAP_MEMO_SETS;

/// What a collector keeps from lookup to lookup, in place of the patches' memo.
#[derive(Default)]
pub struct Kept {
    /// The memo of the patches, which stands before their format.
    series: StackMapMemo,
    /// What any other format has.
    other: Option<Box<Other>>,
}

#[derive(Default)]
struct Other {
    /// What is looked up without a memo is decoded into this.
    buffer: Vec<u64>,
    /// The lab's, for a store with one module: its keys are offsets in that.
    memo: Option<Memo>,
}

/// Whether a collector keeps anything with the format that is chosen.
pub fn keeps() -> bool {
    MEMO.load(Relaxed) != 0 || !matches!(FORMAT.load(Relaxed), TODAY | AGAIN)
}

/// What hashed lookups came to.
pub static LOOKUPS: AtomicU64 = AtomicU64::new(0);
/// Of these, lookups of known safepoints without references.
pub static EMPTIES: AtomicU64 = AtomicU64::new(0);
/// Of these, lookups of what has no entry.
pub static MISSING: AtomicU64 = AtomicU64::new(0);
/// Live references that these lookups found.
pub static REFERENCES: AtomicU64 = AtomicU64::new(0);
/// Lookups that a memo handed on to the format, seen or not.
pub static HANDED_ON: AtomicU64 = AtomicU64::new(0);
/// A hash of all questions and answers, in which their order counts.
pub static HASH: AtomicU64 = AtomicU64::new(0);
/// Nanoseconds of timed lookups, that of the clock included.
pub static LOOKUP_NS: AtomicU64 = AtomicU64::new(0);

/// How far a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It begins.
    Begins,
    /// The stack has been walked.
    Walked,
    /// It is over.
    Over,
}

/// Is told of every stage of every collection.
pub static OBSERVER: OnceLock<fn(Stage)> = OnceLock::new();

/// Tells the observer, if there is one.
pub fn reached(stage: Stage) {
    if let Some(observer) = OBSERVER.get() {
        observer(stage);
    }
}

trait Format {
    fn lookup<'a>(
        pc: u32,
        section: &'a [u8],
        buffer: &'a mut Vec<u64>,
    ) -> Option<Lookup<impl StackMap + 'a>>;
}

struct Today<const COPY: usize>;

impl<const COPY: usize> Format for Today<COPY> {
    fn lookup<'a>(
        pc: u32,
        section: &'a [u8],
        _: &'a mut Vec<u64>,
    ) -> Option<Lookup<impl StackMap + 'a>> {
        // Equal functions may be made one; these differ by a number.
        core::hint::black_box(COPY);
        today::StackMap::lookup(pc, section).map(Lookup::Map)
    }
}

struct DeltaTri;

impl Format for DeltaTri {
    fn lookup<'a>(
        pc: u32,
        section: &'a [u8],
        buffer: &'a mut Vec<u64>,
    ) -> Option<Lookup<impl StackMap + 'a>> {
        Series::lookup(pc, section, buffer).map(Lookup::Map)
    }
}

struct Lab<E>(E);

impl<E: Encoder> Format for Lab<E> {
    fn lookup<'a>(
        pc: u32,
        section: &'a [u8],
        buffer: &'a mut Vec<u64>,
    ) -> Option<Lookup<impl StackMap + 'a>> {
        let reader = E::open(section).ok()?;
        if buffer.len() < reader.scratch_words() {
            buffer.resize(reader.scratch_words(), 0);
        }
        match reader.lookup(pc, buffer).ok()? {
            Lookup::Missing => None,
            found => Some(found),
        }
    }
}

impl StackMap for today::StackMap<'_> {
    fn frame_size(&self) -> u32 {
        today::StackMap::frame_size(self)
    }

    fn slots(&self) -> impl Iterator<Item = u32> {
        self.offsets()
    }
}

impl StackMap for Series<'_> {
    fn frame_size(&self) -> u32 {
        Series::frame_size(self)
    }

    fn slots(&self) -> impl Iterator<Item = u32> {
        self.offsets()
    }
}

/// A return address, and where its stack map is.
#[derive(Clone, Copy)]
pub struct Asked<'s> {
    /// In memory.
    pub addr: usize,
    /// In the text section.
    pub pc: u32,
    /// With the stack maps.
    pub section: &'s [u8],
}

/// A way to ask a format.
trait Way {
    fn lookup<'a>(asked: Asked<'a>, kept: &'a mut Kept) -> Option<Lookup<impl StackMap + 'a>>;
}

/// Without a memo.
struct Plain<F>(F);

impl<F: Format> Way for Plain<F> {
    fn lookup<'a>(asked: Asked<'a>, kept: &'a mut Kept) -> Option<Lookup<impl StackMap + 'a>> {
        let other = kept.other.get_or_insert_default();
        F::lookup(asked.pc, asked.section, &mut other.buffer)
    }
}

/// With the lab's memo.
struct Remembered<F>(F);

impl<F: Format> Way for Remembered<F> {
    fn lookup<'a>(asked: Asked<'a>, kept: &'a mut Kept) -> Option<Lookup<impl StackMap + 'a>> {
        let Other { buffer, memo } = &mut **kept.other.get_or_insert_default();
        let memo = memo.get_or_insert_with(|| Memo::new(MEMO_ENTRIES));
        let answer = memo.lookup(asked.pc, || {
            handed_on();
            let found = F::lookup(asked.pc, asked.section, buffer);
            Ok::<_, ()>(found.unwrap_or(Lookup::Missing))
        });
        match answer {
            Ok(Lookup::Missing) | Err(()) => None,
            Ok(found) => Some(found.map(Owned)),
        }
    }
}

/// With that of the patches.
struct RememberedBySeries;

impl Way for RememberedBySeries {
    fn lookup<'a>(asked: Asked<'a>, kept: &'a mut Kept) -> Option<Lookup<impl StackMap + 'a>> {
        let found = kept.series.lookup(asked.addr, asked.pc, asked.section);
        found.map(Lookup::Map)
    }
}

/// Counts a lookup that a memo handed on.
pub(crate) fn handed_on() {
    // One thread collects. An addition in one step would take some nanoseconds.
    HANDED_ON.store(HANDED_ON.load(Relaxed) + 1, Relaxed);
}

struct Owned<'m>(&'m OwnedMap);

impl StackMap for Owned<'_> {
    fn frame_size(&self) -> u32 {
        self.0.frame_size
    }

    fn slots(&self) -> impl Iterator<Item = u32> {
        self.0.slots.iter().copied()
    }
}

/// Visits the live references of the frame at `fp`, whose return address is `asked`.
/// `None` if the section has no entry for that.
///
/// # Safety
///
/// `fp` must be the frame pointer of that frame.
pub unsafe fn visit_live_gc_refs(
    asked: Asked<'_>,
    fp: *mut usize,
    kept: &mut Kept,
    visit: impl FnMut(*mut u32),
) -> Option<()> {
    macro_rules! by_number {
        ($($number:ident: $plain:ty, $remembered:ty;)*) => {
            match (FORMAT.load(Relaxed), MEMO.load(Relaxed), SEEN.load(Relaxed)) {
                $(
                    ($number, 0, PLAIN) => visit_in::<$plain, PLAIN>(asked, fp, kept, visit),
                    ($number, _, PLAIN) => visit_in::<$remembered, PLAIN>(asked, fp, kept, visit),
                    ($number, 0, HASHED) => visit_in::<$plain, HASHED>(asked, fp, kept, visit),
                    ($number, _, HASHED) => visit_in::<$remembered, HASHED>(asked, fp, kept, visit),
                    ($number, 0, _) => visit_in::<$plain, TIMED>(asked, fp, kept, visit),
                )*
                _ => panic!("no format has that number, or a memo is timed"),
            }
        };
    }
    by_number! {
        TODAY: Plain<Today<TODAY>>, Remembered<Today<TODAY>>;
        AGAIN: Plain<Today<AGAIN>>, Remembered<Today<AGAIN>>;
        CONSED: Plain<Lab<Consed>>, Remembered<Lab<Consed>>;
        DELTA: Plain<Lab<Delta>>, Remembered<Lab<Delta>>;
        DELTA_TRI: Plain<DeltaTri>, RememberedBySeries;
        BLOCKS: Plain<Lab<Blocks>>, Remembered<Lab<Blocks>>;
        BLOCKS_TRI: Plain<Lab<BlocksTri>>, Remembered<Lab<BlocksTri>>;
        BLOCKS_DENSE: Plain<Lab<BlocksDense>>, Remembered<Lab<BlocksDense>>;
        DIRECT: Plain<Lab<Direct>>, Remembered<Lab<Direct>>;
        RANGES: Plain<Lab<Ranges>>, Remembered<Lab<Ranges>>;
        RANGES_CONSED: Plain<Lab<RangesConsed>>, Remembered<Lab<RangesConsed>>;
        STEPS: Plain<Lab<Steps>>, Remembered<Lab<Steps>>;
        STEPS_CONSED: Plain<Lab<StepsConsed>>, Remembered<Lab<StepsConsed>>;
    }
}

#[inline(never)]
fn visit_in<W: Way, const SEEING: usize>(
    asked: Asked<'_>,
    fp: *mut usize,
    kept: &mut Kept,
    mut visit: impl FnMut(*mut u32),
) -> Option<()> {
    if SEEING == TIMED {
        let started = Instant::now();
        let answer = W::lookup(asked, kept);
        if let Some(Lookup::Map(map)) = &answer {
            map.slots().for_each(|slot| {
                core::hint::black_box(slot);
            });
        }
        core::hint::black_box(answer.is_some());
        LOOKUP_NS.fetch_add(started.elapsed().as_nanos() as u64, Relaxed);
        LOOKUPS.fetch_add(1, Relaxed);
    }
    let answer = W::lookup(asked, kept).map(|found| {
        found.map(|map| visit_map::<SEEING>(map.frame_size(), map.slots(), fp, &mut visit))
    });
    if SEEING == HASHED {
        LOOKUPS.fetch_add(1, Relaxed);
        hash(asked.pc);
        match answer {
            None => MISSING.fetch_add(1, Relaxed),
            Some(Lookup::Map(references)) if references > 0 => 0,
            Some(_) => EMPTIES.fetch_add(1, Relaxed),
        };
    }
    answer.map(|_| ())
}

/// Visits the slots of a stack map, and returns how many they were.
fn visit_map<const SEEING: usize>(
    frame_size: u32,
    slots: impl Iterator<Item = u32>,
    fp: *mut usize,
    visit: &mut impl FnMut(*mut u32),
) -> u64 {
    let sp = fp.wrapping_byte_sub(frame_size as usize);
    let mut references = 0;
    for slot in slots {
        log::trace!("Live GC ref in frame at frame offset {slot:#x}");
        assert!(slot < frame_size);
        if SEEING == HASHED {
            hash(frame_size);
            hash(slot);
            REFERENCES.fetch_add(1, Relaxed);
        }
        references += 1;
        visit(sp.wrapping_byte_add(slot as usize).cast());
    }
    references
}

fn hash(number: u32) {
    let hash = HASH.load(Relaxed) ^ u64::from(number);
    HASH.store(
        hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23),
        Relaxed,
    );
}
