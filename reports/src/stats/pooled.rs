//! One row per scheme over all modules of a tier: `pooled.csv`.

use super::interval::{ALPHA, Estimate, Means};
use super::latency::{LatencyRow, weighted};
use super::modules::at_large;
use super::sample::Cell;
use super::verdict::{Band, Finding, Verdict, holm};
use super::{AGAIN, BASELINE, CONTROLS, round, seed_of};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A row of `pooled.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PooledRow {
    /// Name of the scheme.
    pub scheme: String,
    /// Tier of the corpus.
    pub tier: String,
    /// Instruction sets pooled, joined by `+`; a module counts once.
    pub isas: String,
    /// Collector the modules were compiled for.
    pub collector: String,
    /// Which PCs were looked up.
    pub queries: String,
    /// State of the caches.
    pub cache: String,
    /// What a lookup includes.
    pub timed: String,
    /// Modules behind the row, each with the same weight.
    pub n_modules: usize,
    /// Geometric mean over modules of time over that of the baseline.
    pub ratio: f64,
    /// Lower end of the 95 % interval for modules like these; for these
    /// modules alone when there is only one or the scheme is a control.
    pub ratio_lo: Option<f64>,
    /// Upper end of that interval.
    pub ratio_hi: Option<f64>,
    /// Differences after Holm's correction over the family.
    pub verdict: Verdict,
    /// Error probability of a difference after the correction.
    pub p_holm: f64,
    /// Lower end of the 95 % interval for these modules and no others.
    pub here_lo: Option<f64>,
    /// Upper end of that interval.
    pub here_hi: Option<f64>,
    /// Upper end of the equivalence band; empty without an A/A control.
    pub band: Option<f64>,
    /// Processes behind the module that has the fewest.
    pub processes: usize,
    /// Modules, counted once per instruction set, on which `latency.csv` says faster.
    pub cells_faster: usize,
    /// The same for slower.
    pub cells_slower: usize,
    /// The same for same.
    pub cells_same: usize,
}

/// What one pooled row is made of.
struct Pool<'a> {
    scheme: &'a str,
    /// Tier, instruction sets, collector, queries, timed, cache.
    key: Key,
    cells: Vec<(&'a Cell, &'a LatencyRow)>,
}

type Key = [String; 6];

/// The last part of a key is the cache, and a family is read across caches.
const FAMILY: usize = 5;

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
    let mut families = BTreeMap::<&[String], Vec<usize>>::new();
    for (i, pool) in pools.iter().enumerate() {
        if !CONTROLS.contains(&pool.scheme) {
            families.entry(&pool.key[..FAMILY]).or_default().push(i);
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
        let s = &c.scenario;
        [&s.tier, &s.collector, &s.queries, &s.timed, &s.cache].map(String::as_str)
    };
    let mut isas = BTreeMap::<_, BTreeSet<&str>>::new();
    for cell in cells {
        isas.entry(group(cell))
            .or_default()
            .insert(&cell.scenario.isa);
    }
    let mut pools = BTreeMap::<(Key, &str), Vec<_>>::new();
    for (cell, row) in cells.iter().zip(latency) {
        let [tier, collector, queries, timed, cache] = group(cell);
        let own = cell.scenario.isa.clone();
        let all: Vec<&str> = isas[&group(cell)].iter().copied().collect();
        for isas in BTreeSet::from([own, all.join("+")]) {
            let key = [tier, &isas, collector, queries, timed, cache].map(str::to_owned);
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
            .map(|(c, _)| c.scenario.module.as_str())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let place = |(c, _): &(&Cell, _)| {
            names
                .iter()
                .position(|n| *n == c.scenario.module)
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
            self.key.iter().map(String::as_str).chain([self.scheme]),
        ));
        // A control is the same code everywhere: modules have nothing to add.
        let others = if CONTROLS.contains(&self.scheme) {
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
        let [tier, isas, collector, queries, timed, cache] = self.key.clone();
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
