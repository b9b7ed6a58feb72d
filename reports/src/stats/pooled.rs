//! One row per scheme over all modules of a tier: `pooled.csv`.

use super::interval::{ALPHA, Estimate, Means};
use super::latency::weighted;
use super::modules::at_large;
use super::sample::Cell;
use super::verdict::{Band, Finding, holm};
use super::{round, seed_of};
use crate::results::{
    AGAIN, BASELINE, Cache, Collector, Isa, LatencyRow, PooledRow, Queries, Tier, Timed, Verdict,
    is_timing_control,
};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What one pooled row is made of.
struct Pool<'a> {
    scheme: &'a str,
    key: Key,
    cells: Vec<(&'a Cell, &'a LatencyRow)>,
}

/// What is pooled, and how it was timed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    tier: Tier,
    /// Joined by `+`.
    isas: String,
    collector: Collector,
    queries: Queries,
    timed: Timed,
    cache: Cache,
}

impl Key {
    /// All its names, in the order that sorts `pooled.csv`. The cache is last,
    /// so that a family, which is read across caches, lies together.
    fn names(&self) -> [&str; 6] {
        [
            self.tier.name(),
            &self.isas,
            self.collector.name(),
            self.queries.name(),
            self.timed.name(),
            self.cache.name(),
        ]
    }

    /// What the verdicts of a family have in common.
    fn family(&self) -> (Tier, &str, Collector, Queries, Timed) {
        (
            self.tier,
            &self.isas,
            self.collector,
            self.queries,
            self.timed,
        )
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Pooled {
    here: Option<Estimate>,
    large: Option<Estimate>,
    log: f64,
    modules: usize,
}

/// Rows in order of key and scheme. `latency` belongs to `cells` one by one.
pub(super) fn rows(cells: &[Cell], latency: &[LatencyRow], seed: u64) -> Vec<PooledRow> {
    let pools = pools(cells, latency);
    let pooled: Vec<Pooled> = pools.par_iter().map(|pool| pool.estimate(seed)).collect();

    let mut bands = BTreeMap::new();
    for (pool, pooled) in pools.iter().zip(&pooled) {
        if let (AGAIN, Some(here)) = (pool.scheme, pooled.here) {
            bands.insert(&pool.key, Band::from_again(here.extent()));
        }
    }
    let band = |pool: &Pool| match pool.scheme {
        AGAIN => Some(Band::for_again()),
        _ => bands.get(&pool.key).copied(),
    };
    let findings: Vec<Finding> = pools
        .iter()
        .zip(&pooled)
        .map(|(pool, pooled)| Finding::new(pooled.large, band(pool)))
        .collect();

    let mut adjusted: Vec<f64> = findings.iter().map(|f| f.p).collect();
    let mut families = BTreeMap::<_, Vec<usize>>::new();
    for (i, pool) in pools.iter().enumerate() {
        if !is_timing_control(pool.scheme) {
            families.entry(pool.key.family()).or_default().push(i);
        }
    }
    for family in families.values() {
        let ps: Vec<f64> = family.iter().map(|&i| findings[i].p).collect();
        for (&i, p) in family.iter().zip(holm(&ps)) {
            adjusted[i] = p;
        }
    }
    (0..pools.len())
        .map(|i| {
            pools[i].row(
                &pooled[i],
                band(&pools[i]),
                findings[i].verdict(adjusted[i]),
                adjusted[i],
            )
        })
        .collect()
}

/// Every instruction set by itself and, if there are several, all together.
fn pools<'a>(cells: &'a [Cell], latency: &'a [LatencyRow]) -> Vec<Pool<'a>> {
    let group = |c: &'a Cell| {
        (
            c.setting.tier,
            c.setting.module.collector,
            c.setting.scenario,
        )
    };
    let mut isas = BTreeMap::<_, BTreeSet<Isa>>::new();
    for cell in cells {
        isas.entry(group(cell))
            .or_default()
            .insert(cell.setting.module.isa);
    }
    let mut pools = BTreeMap::<(Key, &str), Vec<_>>::new();
    for (cell, row) in cells.iter().zip(latency) {
        let (tier, collector, scenario) = group(cell);
        let own = cell.setting.module.isa.to_string();
        let all: Vec<&str> = isas[&group(cell)].iter().map(|isa| isa.name()).collect();
        for isas in BTreeSet::from([own, all.join("+")]) {
            let key = Key {
                tier,
                isas,
                collector,
                queries: scenario.queries,
                timed: scenario.timed,
                cache: scenario.cache,
            };
            pools
                .entry((key, &cell.scheme))
                .or_default()
                .push((cell, row));
        }
    }
    pools
        .into_iter()
        .map(|((key, scheme), cells)| Pool { scheme, key, cells })
        .collect()
}

impl Pool<'_> {
    fn estimate(&self, seed: u64) -> Pooled {
        let names: BTreeSet<&str> = self
            .cells
            .iter()
            .map(|(c, _)| c.setting.module.module.as_str())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let place = |(c, _): &(&Cell, _)| {
            names
                .iter()
                .position(|n| *n == c.setting.module.module)
                .unwrap_or(0)
        };
        let module_of: Vec<usize> = self.cells.iter().map(place).collect();
        let weight = |module: usize| {
            let isas = module_of.iter().filter(|m| **m == module).count();
            1.0 / (isas * names.len()) as f64
        };
        let cells = self.cells.iter().zip(&module_of);
        let means = Means::new(
            cells
                .map(|((cell, _), m)| weighted(cell, weight(*m)))
                .collect(),
        );

        let here = means.estimate(seed_of(
            seed,
            self.key.names().into_iter().chain([self.scheme]),
        ));
        // A control is the same code everywhere: modules have nothing to add.
        let others = if is_timing_control(self.scheme) {
            None
        } else {
            at_large(&means, &module_of, names.len())
        };
        // Nobody knows more about modules at large than about those at hand.
        let large = here
            .into_iter()
            .chain(others)
            .max_by(|a, b| a.half_width.total_cmp(&b.half_width));
        Pooled {
            here,
            large,
            log: means.log,
            modules: names.len(),
        }
    }

    fn row(&self, pooled: &Pooled, band: Option<Band>, verdict: Verdict, p_holm: f64) -> PooledRow {
        let Key {
            tier,
            isas,
            collector,
            queries,
            timed,
            cache,
        } = self.key.clone();
        let ends = |e: Option<Estimate>| {
            let interval = e.map(|e| e.interval(ALPHA));
            (
                interval.map(|i| round(i.0.exp(), 6)),
                interval.map(|i| round(i.1.exp(), 6)),
            )
        };
        let (ratio_lo, ratio_hi) = ends(pooled.large);
        let (here_lo, here_hi) = ends(pooled.here);
        let count = |verdict| {
            self.cells
                .iter()
                .filter(|(_, row)| row.verdict == verdict)
                .count()
        };
        let is_baseline = self.scheme == BASELINE;
        PooledRow {
            scheme: self.scheme.to_owned(),
            tier,
            isas,
            collector,
            queries,
            cache,
            timed,
            n_modules: pooled.modules,
            ratio: round(pooled.log.exp(), 6),
            ratio_lo,
            ratio_hi,
            verdict: if is_baseline { Verdict::Same } else { verdict },
            p_holm: if is_baseline { 1.0 } else { round(p_holm, 6) },
            here_lo,
            here_hi,
            band: band.map(|b| round(b.differs.exp(), 6)),
            processes: self
                .cells
                .iter()
                .map(|(c, _)| c.processes.len())
                .min()
                .unwrap_or(0),
            cells_faster: count(Verdict::Faster),
            cells_slower: count(Verdict::Slower),
            cells_same: count(Verdict::Same),
        }
    }
}
