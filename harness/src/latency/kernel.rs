//! The timed loops. Every scheme gets its own copy of them, so that a batch
//! costs one indirect call and a lookup none.

use super::scenario::{Chain, Timed};
use crate::verify::WrongAnswer;
use stackmap_encoders::{Encoder, Lookup, Malformed, Oracle, OwnedMap, Reader, StackMap};
use std::hint::black_box;
use std::time::Instant;

/// What a lookup adds to the checksum where there is no map.
const EMPTY: u64 = 1;
const MISSING: u64 = 2;

/// One lookup: where, and in which copy of the section.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    pub pc: u32,
    pub copy: u32,
}

/// Lookups that are timed together.
pub struct Batch<'a> {
    /// The section as it was written, never timed.
    pub section: &'a [u8],
    /// The placed copies that queries refer to.
    pub copies: &'a [&'a [u8]],
    /// `lookups` queries, then the extra ones of a scheme that is slowed down.
    pub queries: &'a [Query],
    pub lookups: usize,
    pub timed: Timed,
    pub chain: Chain,
}

/// What a batch took and what its answers add up to.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub ns: u64,
    pub checksum: u64,
    /// How many of the batch's queries were answered.
    pub answered: usize,
}

/// What one lookup must add to the checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub visit: u64,
    pub lookup: u64,
}

/// Copies of the timed code of each scheme. Where a loop lies relative to a
/// cache line moves it by several percent, and no restart changes that; so
/// every block picks one of these at random, as it does for the sections.
pub const CODE_COPIES: usize = 8;

/// A timed loop.
pub type TimeFn = fn(&Batch<'_>) -> Result<Timing, Malformed>;
/// What a scheme must answer, by PC.
pub type ExpectFn = fn(&Oracle, &[u8], &[u32]) -> Result<Vec<Expected>, Box<WrongAnswer>>;

/// The functions that time a scheme and say what it has to answer.
#[derive(Clone, Copy)]
pub struct Timer {
    /// The text of the scheme's file, which decides whether old timings stand.
    pub source: &'static str,
    pub batch: [TimeFn; CODE_COPIES],
    pub expect: ExpectFn,
    /// One lookup, as it is timed.
    pub one: VisitFn,
    scratch_words: fn(&[u8]) -> Result<usize, Malformed>,
}

/// One lookup in a section: its answer, folded into a number.
pub type VisitFn = fn(&[u8], u32, &mut [u64]) -> Result<u64, Malformed>;

impl Timer {
    /// Words of scratch that lookups in a section need.
    pub fn scratch_words(&self, section: &[u8]) -> Result<usize, Malformed> {
        (self.scratch_words)(section)
    }

    /// What the right answers to `pcs` add up to.
    pub fn checksum(
        &self,
        oracle: &Oracle,
        section: &[u8],
        pcs: &[u32],
    ) -> Result<u64, Box<WrongAnswer>> {
        let expected = (self.expect)(oracle, section, pcs)?;
        Ok(expected.iter().fold(0, |sum, e| sum.wrapping_add(e.visit)))
    }

    pub fn of<E: Encoder>(source: &'static str) -> Timer {
        Timer::new::<E, false>(source, expect::<E>)
    }

    /// A scheme that also answers the extra queries, for the same `lookups`.
    pub fn slowed<E: Encoder>() -> Timer {
        // Its code is the baseline's, and that alone voids every timing.
        Timer::new::<E, true>("", expect::<E>)
    }

    /// A scheme that answers `Missing` whatever the truth.
    pub fn missing<E: Encoder>() -> Timer {
        Timer::new::<E, false>("", |_, _, pcs| {
            let (visit, lookup) = (MISSING, MISSING);
            Ok(vec![Expected { visit, lookup }; pcs.len()])
        })
    }

    fn new<E: Encoder, const EXTRA: bool>(source: &'static str, expect: ExpectFn) -> Timer {
        let batch = [
            time::<E, EXTRA, 0>,
            time::<E, EXTRA, 1>,
            time::<E, EXTRA, 2>,
            time::<E, EXTRA, 3>,
            time::<E, EXTRA, 4>,
            time::<E, EXTRA, 5>,
            time::<E, EXTRA, 6>,
            time::<E, EXTRA, 7>,
        ];
        Timer {
            source,
            batch,
            expect,
            one: visit::<E, 0>,
            scratch_words: |section| Ok(E::open(section)?.scratch_words()),
        }
    }
}

fn time<E: Encoder, const EXTRA: bool, const COPY: usize>(
    batch: &Batch<'_>,
) -> Result<Timing, Malformed> {
    let queries = if EXTRA {
        batch.queries
    } else {
        &batch.queries[..batch.lookups]
    };
    let mut scratch = vec![0; E::open(batch.section)?.scratch_words()];
    let scratch = scratch.as_mut_slice();
    // The queries themselves are never cold, whatever was evicted before.
    black_box(queries.iter().map(|q| u64::from(q.pc)).sum::<u64>());
    black_box(batch.copies.iter().map(|c| c.len()).sum::<usize>());
    match batch.timed {
        Timed::Visit => run(queries, batch.chain, |query| {
            let (section, pc) = black_box((batch.copies[query.copy as usize], query.pc));
            visit::<E, COPY>(section, pc, scratch)
        }),
        Timed::Lookup => {
            let readers = batch.copies.iter().map(|copy| E::open(copy));
            let readers = readers.collect::<Result<Vec<_>, _>>()?;
            run(queries, batch.chain, |query| {
                let (reader, pc) = black_box((&readers[query.copy as usize], query.pc));
                look_up::<E, COPY>(reader, pc, scratch)
            })
        }
    }
}

/// One lookup as Wasmtime does it for each frame. A function of its own for
/// every scheme, lest the compiler inline some schemes into the loop and
/// others not.
#[inline(never)]
fn visit<E: Encoder, const COPY: usize>(
    section: &[u8],
    pc: u32,
    scratch: &mut [u64],
) -> Result<u64, Malformed> {
    distinct::<E, COPY>();
    let answer = E::open(section)?.lookup(pc, scratch)?;
    Ok(fold(answer, visited))
}

/// One lookup in an open section.
#[inline(never)]
fn look_up<E: Encoder, const COPY: usize>(
    reader: &E::Reader<'_>,
    pc: u32,
    scratch: &mut [u64],
) -> Result<u64, Malformed> {
    distinct::<E, COPY>();
    Ok(fold(reader.lookup(pc, scratch)?, looked_up))
}

/// Keeps functions of equal code from being folded into one.
#[inline(always)]
fn distinct<E: Encoder, const COPY: usize>() {
    black_box(E::NAME.as_ptr().wrapping_add(COPY));
}

#[inline(always)]
fn run(
    queries: &[Query],
    chain: Chain,
    mut one: impl FnMut(Query) -> Result<u64, Malformed>,
) -> Result<Timing, Malformed> {
    let (mut checksum, mut last) = (0u64, 0u64);
    let start = Instant::now();
    match chain {
        Chain::Independent => {
            for &query in black_box(queries) {
                checksum = checksum.wrapping_add(one(query)?);
            }
        }
        Chain::Dependent => {
            let queries = black_box(queries);
            // Zero, but only this function's author knows.
            let mask = black_box(0);
            for i in 0..queries.len() {
                last = one(queries[i + (last & mask) as usize])?;
                checksum = checksum.wrapping_add(last);
            }
        }
    }
    let checksum = black_box(checksum);
    // A batch of the empty loop may be shorter than the clock can tell.
    let ns = (start.elapsed().as_nanos() as u64).max(1);
    Ok(Timing {
        ns,
        checksum,
        answered: queries.len(),
    })
}

#[inline(always)]
fn fold<M: StackMap>(answer: Lookup<M>, map: impl FnOnce(&M) -> u64) -> u64 {
    match answer {
        Lookup::Map(m) => map(&m),
        Lookup::Empty => EMPTY,
        Lookup::Missing => MISSING,
    }
}

/// Touches every slot. Rotating makes the order count, and keeps the compiler
/// from summing up a run of slots in closed form.
#[inline(always)]
fn visited<M: StackMap>(map: &M) -> u64 {
    let mut sum = u64::from(map.frame_size());
    for slot in map.slots() {
        sum = sum.rotate_left(5) ^ u64::from(slot);
    }
    sum
}

#[inline(always)]
fn looked_up<M: StackMap>(map: &M) -> u64 {
    u64::from(map.frame_size())
}

/// What scheme `E` must answer at each PC, compared with the oracle first.
fn expect<E: Encoder>(
    oracle: &Oracle,
    section: &[u8],
    pcs: &[u32],
) -> Result<Vec<Expected>, Box<WrongAnswer>> {
    let wrong = |pc, got| {
        let expected = format!("{:?}", oracle.lookup(pc));
        Box::new(WrongAnswer {
            scheme: E::NAME,
            pc,
            expected,
            got,
        })
    };
    let reader = E::open(section).map_err(|e| wrong(0, e.to_string()))?;
    let mut scratch = vec![0; reader.scratch_words()];
    let mut expected = Vec::with_capacity(pcs.len());
    for &pc in pcs {
        let answer = reader
            .lookup(pc, &mut scratch)
            .map_err(|e| wrong(pc, e.to_string()))?;
        let owned = answer.map(|m| OwnedMap::of(&m));
        let borrowed = match &owned {
            Lookup::Map(map) => Lookup::Map(map),
            Lookup::Empty => Lookup::Empty,
            Lookup::Missing => Lookup::Missing,
        };
        if !oracle.permits::<E>(pc, borrowed) {
            return Err(wrong(pc, format!("{owned:?}")));
        }
        expected.push(Expected {
            visit: sum(&owned, true),
            lookup: sum(&owned, false),
        });
    }
    Ok(expected)
}

/// The checksum of an answer, written plainly and apart from the timed code.
fn sum(answer: &Lookup<OwnedMap>, visit: bool) -> u64 {
    match answer {
        Lookup::Empty => EMPTY,
        Lookup::Missing => MISSING,
        Lookup::Map(map) => {
            let slots = if visit { map.slots.as_slice() } else { &[] };
            let start = u64::from(map.frame_size);
            slots
                .iter()
                .fold(start, |sum, &slot| sum.rotate_left(5) ^ u64::from(slot))
        }
    }
}
