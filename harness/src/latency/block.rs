//! One block: every scheme answers the same queries, in random order and back.

use super::arena::Arena;
use super::controls::SLOW_ONE_IN;
use super::kernel::{Batch, CODE_COPIES, Expected, Query, Timer};
use super::machine::Evictor;
use super::scenario::{Cache, Queries, Timed};
use super::work::Cell;
use crate::verify::WrongResult;
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
        let queries = assign_copies(&drawn, pcs, cell, rng);
        let sections: Vec<&[u8]> = rivals.iter().map(|r| r.section).collect();
        let placed = self.arena.place(&sections, cell.placed(), rng);

        let codes: Vec<usize> = rivals
            .iter()
            .map(|_| rng.random_range(0..CODE_COPIES))
            .collect();
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
            let time = || {
                (rival.timer.batch[codes[scheme]])(&batch).map_err(|e| rival.wrong(&e.to_string()))
            };
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

    fn wrong(&self, what: &str) -> WrongResult {
        WrongResult(format!(
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
/// prefetcher can follow; those of the slowed scheme alone go through copies
/// of their own, which nothing has warmed before.
fn assign_copies(drawn: &[usize], pcs: &[u32], cell: &Cell, rng: &mut impl Rng) -> Vec<Query> {
    let mut cycle: Vec<u32> = (0..cell.placed() as u32).collect();
    cycle.shuffle(rng);
    let (common, extra) = cycle.split_at(cell.copies);
    let extra = if extra.is_empty() { common } else { extra };
    let (all, again) = drawn.split_at(cell.lookups);
    let through = |drawn: &[usize], copies: &[u32]| {
        let pairs = drawn.iter().zip(copies.iter().cycle());
        let queries = pairs.map(|(&at, &copy)| Query { pc: pcs[at], copy });
        queries.collect::<Vec<_>>()
    };
    [through(all, common), through(again, extra)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::scenario::{Chain, Scenario};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn cell(cache: Cache, lookups: usize, copies: usize) -> Cell {
        let scenario = Scenario {
            queries: Queries::Uniform,
            cache,
            timed: Timed::Visit,
            chain: Chain::Independent,
        };
        Cell {
            scenario,
            lookups,
            copies,
            blocks: 1,
        }
    }

    #[test]
    fn the_slowed_scheme_does_one_lookup_in_twenty_more() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let pcs: Vec<u32> = (0..1000).collect();
        let drawn = draw(&cell(Cache::Hot, 240, 1), &pcs, &mut rng);
        assert_eq!(drawn.len(), 252);
        assert!((0..12).all(|i| drawn[240 + i] == drawn[20 * i]));
    }

    #[test]
    fn no_cold_lookup_reads_a_copy_that_another_has_read() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let pcs: Vec<u32> = (0..1000).collect();
        let cell = cell(Cache::Cold, 240, 240);
        let queries = assign_copies(&draw(&cell, &pcs, &mut rng), &pcs, &cell, &mut rng);
        let mut copies: Vec<u32> = queries.iter().map(|q| q.copy).collect();
        assert!(!copies.is_sorted());
        copies.sort_unstable();
        assert!(copies.into_iter().eq(0..252));
    }

    #[test]
    fn where_copies_are_few_the_extra_lookups_still_have_their_own() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let pcs: Vec<u32> = (0..1000).collect();
        let cell = cell(Cache::L2, 60, 10);
        let queries = assign_copies(&draw(&cell, &pcs, &mut rng), &pcs, &cell, &mut rng);
        let (common, extra) = queries.split_at(60);
        assert!(
            extra
                .iter()
                .all(|e| common.iter().all(|c| c.copy != e.copy))
        );
    }
}
