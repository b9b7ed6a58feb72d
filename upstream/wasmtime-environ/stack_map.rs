//! In place of `wasmtime-environ`'s file of this name: reads the section in any
//! of the lab's schemes.

use core::marker::PhantomData;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use smallvec::{SmallVec, smallvec};
use stackmap_encoders::{
    Encoder, Lookup, Reader as _, SchemeSource, SchemeVisitor, StackMap as _, for_each_scheme,
};

/// The number of the scheme that sections are written and read in, counted
/// from 0.
pub static STACK_MAP_SCHEME: AtomicUsize = AtomicUsize::new(0);

/// Lookups since the process started.
pub static STACK_MAP_LOOKUPS: AtomicU64 = AtomicU64::new(0);

/// Of these, lookups of a known safepoint without references.
pub static STACK_MAP_EMPTIES: AtomicU64 = AtomicU64::new(0);

/// Of these, lookups of what the section has no entry for.
pub static STACK_MAP_MISSING: AtomicU64 = AtomicU64::new(0);

/// Live references that these lookups found.
pub static STACK_MAP_REFERENCES: AtomicU64 = AtomicU64::new(0);

/// A hash of all questions and answers, in which their order counts.
pub static STACK_MAP_ANSWERS: AtomicU64 = AtomicU64::new(0);

/// Where live GC references lie in one frame.
pub struct StackMap<'a> {
    frame_size: u32,
    offsets: SmallVec<[u32; 16]>,
    section: PhantomData<&'a [u8]>,
}

impl<'a> StackMap<'a> {
    /// The stack map for `pc`, relative to the start of the `.text` section.
    ///
    /// # Panics
    ///
    /// If the section is malformed.
    pub fn lookup(pc: u32, section: &'a [u8]) -> Option<StackMap<'a>> {
        let mut find = Find {
            scheme: STACK_MAP_SCHEME.load(Relaxed),
            section,
            pc,
            visited: 0,
            found: None,
        };
        for_each_scheme(&mut find);
        STACK_MAP_LOOKUPS.fetch_add(1, Relaxed);
        note(pc);
        if let Some(map) = &find.found {
            STACK_MAP_REFERENCES.fetch_add(map.offsets.len() as u64, Relaxed);
            note(map.frame_size);
            map.offsets().for_each(note);
        }
        find.found
    }

    /// Bytes from the frame pointer down to the stack pointer.
    pub fn frame_size(&self) -> u32 {
        self.frame_size
    }

    /// The stack pointer that belongs to a frame pointer.
    ///
    /// # Safety
    ///
    /// `fp` must be the frame pointer at this map's safepoint.
    pub unsafe fn sp(&self, fp: *mut usize) -> *mut usize {
        unsafe { fp.byte_sub(self.frame_size as usize) }
    }

    /// Where in the frame above `sp` the live references are.
    ///
    /// # Safety
    ///
    /// `sp` must be the stack pointer at this map's safepoint.
    pub unsafe fn live_gc_refs(&self, sp: *mut usize) -> impl Iterator<Item = *mut u32> + '_ {
        self.offsets().map(move |offset| {
            assert!(offset < self.frame_size);
            unsafe { sp.byte_add(offset as usize) }.cast()
        })
    }

    /// Offsets of the live references above the stack pointer.
    pub fn offsets(&self) -> impl Iterator<Item = u32> + '_ {
        self.offsets.iter().copied()
    }
}

struct Find<'a> {
    scheme: usize,
    section: &'a [u8],
    pc: u32,
    visited: usize,
    found: Option<StackMap<'a>>,
}

impl SchemeVisitor for Find<'_> {
    fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
        if self.visited == self.scheme {
            self.found = lookup::<E>(self.pc, self.section);
        }
        self.visited += 1;
    }
}

fn lookup<'a, E: Encoder>(pc: u32, section: &'a [u8]) -> Option<StackMap<'a>> {
    let reader = E::open(section).expect("a well-formed section");
    let mut scratch: SmallVec<[u64; 32]> = smallvec![0; reader.scratch_words()];
    match reader
        .lookup(pc, &mut scratch)
        .expect("a well-formed section")
    {
        Lookup::Map(map) => Some(StackMap {
            frame_size: map.frame_size(),
            offsets: map.slots().collect(),
            section: PhantomData,
        }),
        Lookup::Empty => {
            STACK_MAP_EMPTIES.fetch_add(1, Relaxed);
            None
        }
        Lookup::Missing => {
            STACK_MAP_MISSING.fetch_add(1, Relaxed);
            None
        }
    }
}

fn note(number: u32) {
    let hash = STACK_MAP_ANSWERS.load(Relaxed) ^ u64::from(number);
    STACK_MAP_ANSWERS.store(
        hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23),
        Relaxed,
    );
}
