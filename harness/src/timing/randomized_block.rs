//! One randomized block: every scheme answers the same queries, in random
//! order and back.

use super::arena::Arena;
use super::controls::SLOW_ONE_IN;
use super::evictor::Evictor;
use super::expected::Expected;
use super::group::ScenarioPlan;
use super::kernel::{Batch, CODE_COPIES, Query};
use super::timed_scheme::TimedScheme;
use crate::outcome::WrongResult;
use anyhow::Result;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use stackmap_reports::results::{Cache, Queries, Timed};

/// One turn of a scheme in a block.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Index of the scheme.
    pub scheme: usize,
    /// Nanoseconds for the whole batch.
    pub ns: u64,
}

/// The memory that blocks work in, kept from one to the next.
pub struct Workbench {
    arena: Arena,
    evictor: Evictor,
}

/// A scheme that takes part in a block: with its section of one module, and
/// what it must answer to each PC of the pool.
pub struct Entrant<'a> {
    pub scheme: TimedScheme,
    pub section: &'a [u8],
    pub expected: &'a [Expected],
}

impl Workbench {
    pub fn new(evictor: Evictor) -> Workbench {
        Workbench {
            arena: Arena::new(),
            evictor,
        }
    }

    /// Times every entrant twice; the turns are in order of position.
    pub fn time_block(
        &mut self,
        plan: &ScenarioPlan,
        pcs: &[u32],
        entrants: &[Entrant<'_>],
        rng: &mut impl Rng,
    ) -> Result<Vec<Turn>> {
        let drawn = draw(plan, pcs, rng);
        let queries = assign_copies(&drawn, pcs, plan, rng);
        let sections: Vec<&[u8]> = entrants.iter().map(|c| c.section).collect();
        let placed = self.arena.place(&sections, plan.placed(), rng);

        let codes: Vec<usize> = entrants
            .iter()
            .map(|_| rng.random_range(0..CODE_COPIES))
            .collect();
        let mut order: Vec<usize> = (0..entrants.len()).collect();
        order.shuffle(rng);
        let there_and_back = order.iter().chain(order.iter().rev());
        let mut turns = Vec::with_capacity(2 * entrants.len());
        for (position, &scheme) in there_and_back.enumerate() {
            let entrant = &entrants[scheme];
            let batch = Batch {
                section: entrant.section,
                copies: &placed[scheme],
                queries: &queries,
                lookups: plan.lookups,
                timed: plan.scenario.timed,
                chain: plan.chain,
            };
            let time = || {
                (entrant.scheme.batch[codes[scheme]])(&batch)
                    .map_err(|e| entrant.wrong(&e.to_string()))
            };
            match plan.scenario.cache {
                Cache::Hot => {
                    time()?;
                }
                // Nobody else reads this scheme's copies, so once per pass is enough.
                Cache::Cold | Cache::Mapped if position % entrants.len() == 0 => {
                    self.evictor.to_memory()
                }
                Cache::Cold | Cache::Mapped => {}
            }
            let timing = time()?;
            entrant.check(timing.checksum, &drawn[..timing.answered], batch.timed)?;
            turns.push(Turn {
                scheme,
                ns: timing.ns,
            });
        }
        Ok(turns)
    }
}

/// The schemes with their sections and what each must answer.
pub fn entrants<'a>(
    schemes: &[TimedScheme],
    sections: &'a [Vec<u8>],
    expected: &'a [Vec<Expected>],
) -> Vec<Entrant<'a>> {
    let parts = schemes.iter().zip(sections).zip(expected);
    parts
        .map(|((&scheme, section), expected)| Entrant {
            scheme,
            section,
            expected,
        })
        .collect()
}

impl Entrant<'_> {
    /// Compares a checksum with what the drawn queries must add up to.
    fn check(&self, checksum: u64, drawn: &[usize], timed: Timed) -> Result<(), WrongResult> {
        let one = |&i: &usize| match timed {
            Timed::Visit => self.expected[i].visit,
            Timed::Lookup => self.expected[i].lookup,
        };
        let expected = drawn.iter().map(one).fold(0, u64::wrapping_add);
        if checksum != expected {
            return Err(self.wrong(&format!("checksum {checksum:#x} instead of {expected:#x}")));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> WrongResult {
        WrongResult(format!(
            "scheme {} gave a wrong answer while timed: {what}",
            self.scheme.name
        ))
    }
}

/// Positions in the pool: a stretch of it from a random start, then every
/// [`SLOW_ONE_IN`]th of them again for the scheme that is slowed down.
fn draw(plan: &ScenarioPlan, pcs: &[u32], rng: &mut impl Rng) -> Vec<usize> {
    let start = rng.random_range(0..pcs.len());
    let mut drawn: Vec<usize> = (0..plan.lookups).map(|i| (start + i) % pcs.len()).collect();
    if plan.scenario.queries == Queries::Sorted {
        drawn.sort_by_key(|&i| pcs[i]);
    }
    let again: Vec<usize> = drawn.iter().copied().step_by(SLOW_ONE_IN).collect();
    drawn.extend(again);
    drawn
}

/// Sends the lookups through all copies in one random cycle, which no
/// prefetcher can follow; those of the slowed scheme alone go through copies
/// of their own, which nothing has warmed before.
fn assign_copies(
    drawn: &[usize],
    pcs: &[u32],
    plan: &ScenarioPlan,
    rng: &mut impl Rng,
) -> Vec<Query> {
    let mut cycle: Vec<u32> = (0..plan.placed() as u32).collect();
    cycle.shuffle(rng);
    let (common, extra) = cycle.split_at(plan.copies);
    let extra = if extra.is_empty() { common } else { extra };
    let (all, again) = drawn.split_at(plan.lookups);
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
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use stackmap_reports::results::{Chain, Scenario};

    fn plan(cache: Cache, lookups: usize, copies: usize) -> ScenarioPlan {
        let scenario = Scenario {
            queries: Queries::Uniform,
            cache,
            timed: Timed::Visit,
        };
        ScenarioPlan {
            scenario,
            chain: Chain::Independent,
            lookups,
            copies,
            blocks: 1,
        }
    }

    #[test]
    fn the_slowed_scheme_does_one_lookup_in_twenty_more() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let pcs: Vec<u32> = (0..1000).collect();
        let drawn = draw(&plan(Cache::Hot, 240, 1), &pcs, &mut rng);
        assert_eq!(drawn.len(), 252);
        assert!((0..12).all(|i| drawn[240 + i] == drawn[20 * i]));
    }

    #[test]
    fn no_cold_lookup_reads_a_copy_that_another_has_read() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let pcs: Vec<u32> = (0..1000).collect();
        let plan = plan(Cache::Cold, 240, 240);
        let queries = assign_copies(&draw(&plan, &pcs, &mut rng), &pcs, &plan, &mut rng);
        let mut copies: Vec<u32> = queries.iter().map(|q| q.copy).collect();
        assert!(!copies.is_sorted());
        copies.sort_unstable();
        assert!(copies.into_iter().eq(0..252));
    }

    #[test]
    fn where_copies_are_few_the_extra_lookups_still_have_their_own() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let pcs: Vec<u32> = (0..1000).collect();
        let plan = plan(Cache::Cold, 60, 10);
        let queries = assign_copies(&draw(&plan, &pcs, &mut rng), &pcs, &plan, &mut rng);
        let (common, extra) = queries.split_at(60);
        assert!(
            extra
                .iter()
                .all(|e| common.iter().all(|c| c.copy != e.copy))
        );
    }
}
