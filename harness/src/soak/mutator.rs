//! What happens at a safepoint: a collection, then changes to objects that
//! show in numbers whether every reference still leads to what it led to.

use super::heap::{Dangling, FIELDS, Heap};
use crate::scheme::LookUpAll;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stackmap_corpus::jit::{Host, Safepoint, World};
use stackmap_encoders::Lookup;

/// Deepest nesting of generated functions.
const DEPTH: u64 = 6;
/// Numbers in the world that change at a safepoint.
const FRESH_NUMBERS: usize = 24;
/// References in the world that change at a safepoint.
const FRESH_REFS: usize = 8;
/// Safepoints from one at which a function is entered to the next, on average.
const ENTER_ONE_IN: u32 = 8;
/// A generated loop goes on while one of the numbers is below this.
const LOOPS_BELOW: u64 = 100;
/// A number that ends loops.
const ENDS_LOOPS: u64 = 1 << 40;
/// Numbers up to here look like sizes.
const MIDDLING: u64 = 10_000;

/// Where the collector's roots on the stack come from.
#[derive(Clone, Copy)]
pub struct Roots<'s> {
    pub look_up_all: LookUpAll,
    pub section: &'s [u8],
    /// How many safepoints there are from one collection to the next.
    pub every: u64,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoakCounts {
    pub safepoints: u64,
    pub collections: u64,
    pub frames: u64,
    pub stack_roots: u64,
    pub deepest: u64,
}

/// The host of a soak run.
pub struct Mutator<'s> {
    heap: Heap,
    rng: ChaCha8Rng,
    roots: Option<Roots<'s>>,
    functions: usize,
    limit: u64,
    pub counts: SoakCounts,
    /// Digest of every number and payload seen.
    pub trace: u64,
    /// The first thing that went wrong.
    pub failure: Option<String>,
}

impl<'s> Mutator<'s> {
    /// Without `roots` nothing is ever collected. New calls and loops end
    /// once `limit` safepoints were seen.
    pub fn new(seed: u64, functions: usize, limit: u64, roots: Option<Roots<'s>>) -> Self {
        Mutator {
            heap: Heap::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            roots,
            functions,
            limit,
            counts: SoakCounts::default(),
            trace: 0,
            failure: None,
        }
    }

    /// Whether to enter another function.
    pub fn goes_on(&self) -> bool {
        self.counts.safepoints < self.limit && self.failure.is_none()
    }

    /// The function to enter; its arguments are put into the world.
    pub fn next(&mut self, world: &mut World) -> usize {
        world.args = std::array::from_fn(|_| self.any(world));
        self.rng.random_range(0..self.functions)
    }

    fn collect(&mut self, at: &mut Safepoint<'_>, roots: Roots<'_>) -> Result<(), String> {
        self.counts.collections += 1;
        let mut collection = self.heap.collect();
        let world = &mut *at.world;
        let handles = &mut world.args[..at.args];
        for root in world.refs.iter_mut().chain(handles) {
            let lost = |d| format!("a reference in memory is {d}");
            collection.root(root).map_err(lost)?;
        }
        let frames = at.frames.walk();
        let pcs: Vec<u32> = frames.iter().map(|f| f.pc).collect();
        let answers = (roots.look_up_all)(roots.section, &pcs);
        self.counts.frames += frames.len() as u64;
        for (frame, answer) in frames.iter().zip(answers) {
            let at_frame =
                |what: String| format!("in the frame that returns to {:#x} {what}", frame.pc);
            let map = match answer {
                Ok(Lookup::Map(map)) => map,
                Ok(Lookup::Empty | Lookup::Missing) => continue,
                Err(error) => return Err(at_frame(format!("the lookup gave: {error}"))),
            };
            for &offset in &map.slots {
                let slot = at.frames.slot(frame, map.frame_size, offset);
                let slot = slot.ok_or_else(|| at_frame(format!("no slot can be at {offset}")))?;
                let lost = |d: Dangling| at_frame(format!("the slot at {offset} holds {d}"));
                collection.root(slot).map_err(lost)?;
                self.counts.stack_roots += 1;
            }
        }
        collection
            .finish()
            .map_err(|d| format!("a field holds {d}"))
    }

    /// Reads what was passed, allocates, and changes what the functions will
    /// read next.
    fn mutate(&mut self, at: &mut Safepoint<'_>) -> Result<(), Dangling> {
        self.note(at.sum);
        for i in 0..at.args {
            self.note_payload(at.world.args[i])?;
        }
        let world = &mut *at.world;
        let object = self.object(world, &world.args[..at.args])?;
        for _ in 0..FRESH_REFS {
            let at = self.rng.random_range(0..world.refs.len());
            let old = std::mem::replace(&mut world.refs[at], 0);
            self.note_payload(old)?;
            world.refs[at] = match self.rng.random_range(0..8) {
                0 => 0,
                1 => object,
                _ => self.object(world, &[object])?,
            };
        }
        world.result = object;
        world.number = self.rng.random();
        self.renew_numbers(world);
        Ok(())
    }

    /// Changes some numbers; all of them, such that loops end, once the limit
    /// is reached.
    fn renew_numbers(&mut self, world: &mut World) {
        let ending = self.counts.safepoints >= self.limit;
        let fresh = match ending {
            true => world.numbers.len(),
            false => FRESH_NUMBERS,
        };
        for _ in 0..fresh {
            let at = self.rng.random_range(0..world.numbers.len());
            world.numbers[at] = match self.rng.random_range(0..4) {
                _ if ending => ENDS_LOOPS,
                0 => self.rng.random_range(0..LOOPS_BELOW),
                1 => self.rng.random_range(LOOPS_BELOW..MIDDLING),
                _ => self.rng.random::<u64>() >> 1,
            };
        }
    }

    /// A new object that refers to some of the `given` ones, which lose their
    /// own references so that no chain grows for ever.
    fn object(&mut self, world: &World, given: &[u32]) -> Result<u32, Dangling> {
        let payload = self.rng.random();
        let mut fields = [0; FIELDS];
        for field in &mut fields {
            let other = match given {
                [] => self.any(world),
                given => given[self.rng.random_range(0..given.len())],
            };
            if other != 0 {
                *self.heap.fields(other)? = [0; FIELDS];
                *field = other;
            }
        }
        Ok(self.heap.allocate(payload, fields))
    }

    fn any(&mut self, world: &World) -> u32 {
        world.refs[self.rng.random_range(0..world.refs.len())]
    }

    /// Takes down what the object that a reference leads to holds.
    fn note_payload(&mut self, reference: u32) -> Result<(), Dangling> {
        if reference != 0 {
            let payload = self.heap.payload(reference)?;
            self.note(payload.into());
        }
        Ok(())
    }

    /// Adds a value to the digest.
    fn note(&mut self, value: u64) {
        self.trace = (self.trace ^ value)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(23);
    }

    fn safepoint(&mut self, at: &mut Safepoint<'_>) -> Result<(), String> {
        self.counts.safepoints += 1;
        self.counts.deepest = self.counts.deepest.max(at.depth);
        if let Some(roots) = self.roots
            && self.counts.safepoints.is_multiple_of(roots.every)
        {
            self.collect(at, roots)?;
        }
        let lost = |d| format!("an object in use is {d}");
        self.mutate(at).map_err(lost)
    }
}

impl Host for Mutator<'_> {
    fn safepoint(&mut self, mut at: Safepoint<'_>) -> Option<usize> {
        if self.failure.is_none()
            && let Err(failure) = self.safepoint(&mut at)
        {
            self.failure = Some(format!("at safepoint {} {failure}", self.counts.safepoints));
        }
        if self.failure.is_some() {
            // Nothing can be trusted any more; let the functions run out.
            at.world.refs.fill(0);
            at.world.result = 0;
            at.world.numbers.fill(ENDS_LOOPS);
            return None;
        }
        let deeper = self.goes_on() && at.depth < DEPTH && self.rng.random_ratio(1, ENTER_ONE_IN);
        deeper.then(|| self.next(at.world))
    }
}
