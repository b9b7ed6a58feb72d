//! The timed loops. Every scheme gets its own copy of them, so that a batch
//! costs one indirect call and a lookup none.

use crate::machine::system::page_faults;
use stackmap_encoders::{Encoder, Lookup, Malformed, Reader, StackMap};
use stackmap_reports::results::{Chain, Timed};
use std::hint::black_box;
use std::time::Instant;

/// What a lookup adds to the checksum where there is no map.
pub const EMPTY: u64 = 1;
pub const MISSING: u64 = 2;
/// How far the checksum of a map turns with each slot.
pub const ROTATION: u32 = 5;

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
    /// What is answered before the clock starts.
    pub warm: &'a [Query],
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
    /// Pages that were not present, where the system counts them.
    pub faults: Option<u64>,
}

/// Copies of the timed code of each scheme. Where a loop lies relative to a
/// cache line moves it by several percent, and no restart changes that; so
/// every block picks one of these at random, as it does for the sections.
pub const CODE_COPIES: usize = 8;

/// A timed loop.
pub type TimeFn = fn(&Batch<'_>) -> Result<Timing, Malformed>;
/// One lookup in a section: its answer, folded into a number.
pub type VisitFn = fn(&[u8], u32, &mut [u64]) -> Result<u64, Malformed>;

/// Times one batch. A scheme that is slowed down has `EXTRA` and answers the
/// extra queries too.
pub fn time_batch<E: Encoder, const EXTRA: bool, const COPY: usize>(
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
        Timed::Visit => timed_loop(batch.warm, queries, batch.chain, |query| {
            let (section, pc) = black_box((batch.copies[query.copy as usize], query.pc));
            visit::<E, COPY>(section, pc, scratch)
        }),
        Timed::Lookup => {
            let readers = batch.copies.iter().map(|copy| E::open(copy));
            let readers = readers.collect::<Result<Vec<_>, _>>()?;
            timed_loop(batch.warm, queries, batch.chain, |query| {
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
pub fn visit<E: Encoder, const COPY: usize>(
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
fn timed_loop(
    warm: &[Query],
    queries: &[Query],
    chain: Chain,
    mut one: impl FnMut(Query) -> Result<u64, Malformed>,
) -> Result<Timing, Malformed> {
    for &query in warm {
        black_box(one(query)?);
    }
    let (mut checksum, mut last) = (0u64, 0u64);
    let faults = page_faults();
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
    let faults = faults.zip(page_faults()).map(|(a, b)| b.saturating_sub(a));
    Ok(Timing {
        ns,
        checksum,
        answered: queries.len(),
        faults,
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
        sum = sum.rotate_left(ROTATION) ^ u64::from(slot);
    }
    sum
}

#[inline(always)]
fn looked_up<M: StackMap>(map: &M) -> u64 {
    u64::from(map.frame_size())
}
