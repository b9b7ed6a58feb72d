//! One block: every scheme answers the same queries, in random order and back.

use super::arena::Arena;
use super::kernel::{Batch, Expected, Query, Timer};
use super::machine::Evictor;
use super::scenario::{Cache, Queries, Timed};
use super::work::Cell;
use super::{Mistimed, controls::SLOW_ONE_IN};
use anyhow::Result;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

/// One visit of a scheme to a block.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// Index of the scheme.
    pub scheme: usize,
    /// Nanoseconds for the whole batch.
    pub ns: u64,
}

/// The memory that blocks work in, kept from one to the next.
pub struct Bench {
    arena: Arena,
    evictor: Evictor,
}

/// A scheme under test.
pub struct Rival<'a> {
    pub name: &'a str,
    pub timer: Timer,
    pub section: &'a [u8],
    /// What it must answer to each PC of the pool.
    pub expected: &'a [Expected],
}

impl Bench {
    pub fn new(evictor: Evictor) -> Bench {
        Bench {
            arena: Arena::new(),
            evictor,
        }
    }

    /// Times every rival twice, in order of `position`.
    pub fn block(
        &mut self,
        cell: &Cell,
        pcs: &[u32],
        rivals: &[Rival<'_>],
        rng: &mut impl Rng,
    ) -> Result<Vec<Visit>> {
        let drawn = draw(cell, pcs, rng);
        let queries = assign_copies(&drawn, pcs, cell.copies, rng);
        let sections: Vec<&[u8]> = rivals.iter().map(|r| r.section).collect();
        let placed = self.arena.place(&sections, cell.copies, rng);

        let mut order: Vec<usize> = (0..rivals.len()).collect();
        order.shuffle(rng);
        let there_and_back = order.iter().chain(order.iter().rev());
        let mut visits = Vec::with_capacity(2 * rivals.len());
        for (position, &scheme) in there_and_back.enumerate() {
            let rival = &rivals[scheme];
            let batch = Batch {
                section: rival.section,
                copies: &placed[scheme],
                queries: &queries,
                lookups: cell.lookups,
                timed: cell.scenario.timed,
                chain: cell.scenario.chain,
            };
            let time = || (rival.timer.batch)(&batch).map_err(|e| rival.wrong(&e.to_string()));
            match cell.scenario.cache {
                Cache::Hot => {
                    time()?;
                }
                Cache::L2 => {
                    time()?;
                    self.evictor.to_last_level();
                }
                // Nobody else reads this scheme's copies, so once per pass is enough.
                Cache::Cold if position % rivals.len() == 0 => self.evictor.to_memory(),
                Cache::Cold => {}
            }
            let timing = time()?;
            let expected = rival.sum(&drawn[..timing.answered], cell.scenario.timed);
            if timing.checksum != expected {
                let at = format!("checksum {:#x} instead of {expected:#x}", timing.checksum);
                return Err(rival.wrong(&at).into());
            }
            visits.push(Visit {
                scheme,
                ns: timing.ns,
            });
        }
        Ok(visits)
    }
}

impl Rival<'_> {
    fn sum(&self, drawn: &[usize], timed: Timed) -> u64 {
        let one = |&i: &usize| match timed {
            Timed::Visit => self.expected[i].visit,
            Timed::Lookup => self.expected[i].lookup,
        };
        drawn.iter().map(one).fold(0, u64::wrapping_add)
    }

    fn wrong(&self, what: &str) -> Mistimed {
        Mistimed(format!(
            "scheme {} gave a wrong answer while timed: {what}",
            self.name
        ))
    }
}

/// Positions in the pool: a stretch of it from a random start, then every
/// [`SLOW_ONE_IN`]th of them again for the scheme that is slowed down.
fn draw(cell: &Cell, pcs: &[u32], rng: &mut impl Rng) -> Vec<usize> {
    let start = rng.random_range(0..pcs.len());
    let mut drawn: Vec<usize> = (0..cell.lookups).map(|i| (start + i) % pcs.len()).collect();
    if cell.scenario.queries == Queries::Sorted {
        drawn.sort_by_key(|&i| pcs[i]);
    }
    let again: Vec<usize> = drawn.iter().copied().step_by(SLOW_ONE_IN).collect();
    drawn.extend(again);
    drawn
}

/// Sends the lookups through all copies in one random cycle, which no
/// prefetcher can follow.
fn assign_copies(drawn: &[usize], pcs: &[u32], copies: usize, rng: &mut impl Rng) -> Vec<Query> {
    let mut cycle: Vec<u32> = (0..copies as u32).collect();
    cycle.shuffle(rng);
    let one = |(i, &at): (usize, &usize)| Query {
        pc: pcs[at],
        copy: cycle[i % copies],
    };
    drawn.iter().enumerate().map(one).collect()
}
