//! Pools of PCs that batches are drawn from.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use stackmap_encoders::{Lookup, Oracle, Table};
use stackmap_reports::results::Queries;

/// PCs in a pool, many times what a batch takes.
const POOL: usize = 1 << 13;
/// Random PCs tried for each that is to miss.
const TRIES: usize = 8;
/// PCs in a pool of walks, which have to stay in sequence.
const WALK_POOL: usize = 1 << 15;

/// The queries of one kind for one module, in sequence.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct QueryPool {
    pub pcs: Vec<u32>,
    /// Where in `pcs` a walk begins, ascending; a PC that belongs to no walk
    /// is one by itself.
    pub starts: Vec<usize>,
}

impl QueryPool {
    /// Some walks, one after another.
    pub fn of<W: AsRef<[u32]>>(walks: &[W]) -> QueryPool {
        let mut pool = QueryPool::default();
        for walk in walks.iter().map(AsRef::as_ref).filter(|w| !w.is_empty()) {
            pool.starts.push(pool.pcs.len());
            pool.pcs.extend(walk);
        }
        pool
    }

    fn of_single(pcs: Vec<u32>) -> QueryPool {
        QueryPool {
            starts: (0..pcs.len()).collect(),
            pcs,
        }
    }
}

/// Queries of one kind for one module, or `None` where there can be none.
/// `walks` are stacks recorded while the module ran, innermost frame first.
pub fn query_pool(
    kind: Queries,
    table: &Table,
    oracle: &Oracle,
    walks: &[Vec<u32>],
    rng: &mut impl Rng,
) -> Option<QueryPool> {
    let maps: Vec<u32> = table.iter_maps().map(|s| s.pc).collect();
    let (first, last) = (*maps.first()?, *maps.last()?);
    let pcs = match kind {
        Queries::Walk => {
            let pool = some_walks(walks, rng);
            return (!pool.pcs.is_empty()).then_some(pool);
        }
        Queries::Uniform | Queries::Sorted => draws(&maps, rng),
        Queries::Mix => draws(&table.iter().map(|s| s.pc).collect::<Vec<_>>(), rng),
        Queries::Zipf => zipf(maps, rng),
        Queries::Miss => {
            // Tables so dense that a random PC hardly ever misses have none.
            let tries = (0..TRIES * POOL).map(|_| rng.random_range(first..=last));
            let misses = tries.filter(|&pc| matches!(oracle.lookup(pc), Lookup::Missing));
            misses.take(POOL).collect()
        }
    };
    (!pcs.is_empty()).then(|| QueryPool::of_single(pcs))
}

fn draws(pcs: &[u32], rng: &mut impl Rng) -> Vec<u32> {
    (0..POOL)
        .map(|_| pcs[rng.random_range(0..pcs.len())])
        .collect()
}

/// Whole walks in random order, until the pool is full; the last may be cut.
fn some_walks(walks: &[Vec<u32>], rng: &mut impl Rng) -> QueryPool {
    let mut order: Vec<&[u32]> = walks.iter().map(Vec::as_slice).collect();
    order.shuffle(rng);
    let mut room = WALK_POOL;
    for walk in &mut order {
        *walk = &walk[..walk.len().min(room)];
        room -= walk.len();
    }
    QueryPool::of(&order)
}

/// Draws PCs in random favour, the `k`th favourite with weight `1/k`.
fn zipf(mut pcs: Vec<u32>, rng: &mut impl Rng) -> Vec<u32> {
    pcs.shuffle(rng);
    let mut total = 0.0;
    let upto: Vec<f64> = (1..=pcs.len())
        .map(|k| {
            total += 1.0 / k as f64;
            total
        })
        .collect();
    let mut one = || {
        let x = rng.random_range(0.0..total);
        pcs[upto.partition_point(|&t| t <= x).min(pcs.len() - 1)]
    };
    (0..POOL).map(|_| one()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Every third safepoint is empty; PCs are multiples of 10.
    fn table() -> Table {
        let mut table = Table::complete();
        for i in 1..100 {
            let slots = if i % 3 == 0 { vec![] } else { vec![8] };
            table.push(10 * i, 16, slots).unwrap();
        }
        table
    }

    fn pcs(kind: Queries, walks: &[Vec<u32>]) -> Option<Vec<u32>> {
        let table = table();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        query_pool(kind, &table, &Oracle::new(&table), walks, &mut rng).map(|pool| pool.pcs)
    }

    #[test]
    fn each_kind_asks_for_what_it_says() {
        let oracle = Oracle::new(&table());
        let share = |kind, what: fn(&Lookup<_>) -> bool| {
            let pcs = pcs(kind, &[]).unwrap();
            let hits = pcs.iter().filter(|pc| what(&oracle.lookup(**pc))).count();
            hits as f64 / pcs.len() as f64
        };
        for kind in [Queries::Uniform, Queries::Sorted, Queries::Zipf] {
            assert_eq!(share(kind, |l| matches!(l, Lookup::Map(_))), 1.0, "{kind}");
        }
        assert_eq!(share(Queries::Miss, |l| *l == Lookup::Missing), 1.0);
        let empty = share(Queries::Mix, |l| *l == Lookup::Empty);
        assert!((0.31..0.36).contains(&empty), "{empty}");
    }

    #[test]
    fn zipf_has_favourites() {
        let most = |kind| {
            let mut counts = std::collections::BTreeMap::<u32, usize>::new();
            for pc in pcs(kind, &[]).unwrap() {
                *counts.entry(pc).or_default() += 1;
            }
            counts.into_values().max().unwrap()
        };
        assert!(most(Queries::Zipf) > 5 * most(Queries::Uniform));
    }

    #[test]
    fn walks_stay_whole() {
        let walks = [vec![10, 20, 40], vec![50, 20]];
        let pcs = pcs(Queries::Walk, &walks).unwrap();
        assert!(pcs == [10, 20, 40, 50, 20] || pcs == [50, 20, 10, 20, 40]);
    }

    #[test]
    fn without_walks_there_are_no_walk_queries() {
        assert_eq!(pcs(Queries::Walk, &[]), None);
    }
}
