//! What a turn asks: queries to warm up with, those that are timed, and the
//! copies of the section that they go to.

use super::controls::SLOW_ONE_IN;
use super::group::ScenarioPlan;
use super::kernel::Query;
use super::queries::QueryPool;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use stackmap_reports::results::{Cache, Queries};

/// The queries of one block; every scheme is asked the same.
pub struct Asked {
    /// Answered before the clock starts.
    pub warm: Vec<Query>,
    /// `lookups` queries, then those of a scheme that is slowed down.
    pub timed: Vec<Query>,
    /// Where in the pool each timed query comes from.
    pub drawn: Vec<usize>,
}

impl Asked {
    /// Draws a stretch of the pool and sends it where the scenario says.
    pub fn draw(plan: &ScenarioPlan, pool: &QueryPool, rng: &mut impl Rng) -> Asked {
        let mut drawn = stretch(pool, plan.answered(), rng);
        if plan.scenario.queries == Queries::Sorted {
            let (all, extra) = drawn.split_at_mut(plan.lookups);
            all.sort_unstable_by_key(|&i| pool.pcs[i]);
            extra.sort_unstable_by_key(|&i| pool.pcs[i]);
        }
        let copies = order_of_copies(plan, drawn.len(), rng);
        let query = |&i: &usize, copy| Query {
            pc: pool.pcs[i],
            copy,
        };
        let timed = drawn.iter().zip(copies).map(|(i, copy)| query(i, copy));
        let warm = match plan.scenario.cache {
            Cache::Hot => {
                let reordered = in_another_order(pool, &drawn, rng);
                reordered.iter().map(|i| query(i, 0)).collect()
            }
            // Only the code is to be warm: one lookup, in a copy that nothing
            // else reads.
            Cache::Cold | Cache::Mapped => drawn
                .first()
                .map(|i| query(i, plan.spare()))
                .into_iter()
                .collect(),
        };
        Asked {
            warm,
            timed: timed.collect(),
            drawn,
        }
    }
}

impl ScenarioPlan {
    /// Queries that a scheme answers that is slowed down: the others', and one
    /// in [`SLOW_ONE_IN`] more.
    fn answered(&self) -> usize {
        self.lookups + self.lookups / SLOW_ONE_IN
    }

    /// Copies of the section that a turn needs, the spare one included.
    pub fn copies(&self) -> usize {
        match self.scenario.cache {
            Cache::Hot => 1,
            Cache::Cold => self.answered() + 1,
            // The mapped file, and the spare copy in memory.
            Cache::Mapped => 2,
        }
    }

    /// The copy that no timed lookup reads.
    fn spare(&self) -> u32 {
        self.copies() as u32 - 1
    }
}

/// Consecutive positions in the pool from a random start, whole walks first to
/// last; begun again at the pool's end.
fn stretch(pool: &QueryPool, n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let start = pool.starts[rng.random_range(0..pool.starts.len())];
    (start..).map(|i| i % pool.pcs.len()).take(n).collect()
}

/// The same positions, walk by walk in another order: a collector meets stacks
/// anew, and no branch predictor has seen the sequence.
fn in_another_order(pool: &QueryPool, drawn: &[usize], rng: &mut impl Rng) -> Vec<usize> {
    let begins = |i: &usize| pool.starts.binary_search(i).is_ok();
    let mut walks: Vec<&[usize]> = drawn.chunk_by(|_, next| !begins(next)).collect();
    walks.shuffle(rng);
    walks.concat()
}

/// Cold lookups read a copy each, in an order that no prefetcher can follow;
/// all others read the first.
fn order_of_copies(plan: &ScenarioPlan, n: usize, rng: &mut impl Rng) -> Vec<u32> {
    match plan.scenario.cache {
        Cache::Hot | Cache::Mapped => vec![0; n],
        Cache::Cold => {
            let mut copies: Vec<u32> = (0..n as u32).collect();
            copies.shuffle(rng);
            copies
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use stackmap_reports::results::{Chain, Scenario, Timed};

    fn asked(cache: Cache, walks: &[Vec<u32>]) -> Asked {
        let scenario = Scenario {
            queries: Queries::Walk,
            cache,
            timed: Timed::Visit,
        };
        let plan = ScenarioPlan {
            scenario,
            chain: Chain::Independent,
            lookups: 240,
            weight: 1,
        };
        let pool = QueryPool::of(walks);
        Asked::draw(&plan, &pool, &mut ChaCha8Rng::seed_from_u64(1))
    }

    fn pcs(queries: &[Query]) -> Vec<u32> {
        queries.iter().map(|q| q.pc).collect()
    }

    #[test]
    fn hot_is_warmed_by_the_same_walks_in_another_order() {
        let walks: Vec<Vec<u32>> = (0..100).map(|i| vec![10 * i, 10 * i + 1]).collect();
        let hot = asked(Cache::Hot, &walks);
        let (warm, timed) = (pcs(&hot.warm), pcs(&hot.timed));
        assert_eq!(timed.len(), 252);
        assert_ne!(warm, timed);
        assert!(warm.chunks(2).all(|walk| walk[0] + 1 == walk[1]));
        let sorted = |mut pcs: Vec<u32>| {
            pcs.sort_unstable();
            pcs
        };
        assert_eq!(sorted(warm), sorted(timed));
    }

    #[test]
    fn no_cold_lookup_reads_a_copy_that_another_has_read() {
        let walks: Vec<Vec<u32>> = (0..1000).map(|i| vec![i]).collect();
        let cold = asked(Cache::Cold, &walks);
        let mut copies: Vec<u32> = cold
            .timed
            .iter()
            .chain(&cold.warm)
            .map(|q| q.copy)
            .collect();
        assert!(!copies.is_sorted());
        copies.sort_unstable();
        assert!(copies.into_iter().eq(0..253));
    }

    #[test]
    fn the_slowed_scheme_goes_on_with_the_walk() {
        let walks: Vec<Vec<u32>> = (0..1000).map(|i| vec![i]).collect();
        let mapped = asked(Cache::Mapped, &walks);
        let pcs = pcs(&mapped.timed);
        assert!(pcs.windows(2).all(|w| (w[0] + 1) % 1000 == w[1]));
        assert!(mapped.timed.iter().all(|q| q.copy == 0));
        assert_eq!(mapped.warm.len(), 1);
    }
}
