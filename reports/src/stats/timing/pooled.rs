//! One row per scheme over all modules of a tier: `pooled.csv`.

use super::at_large::at_large;
use super::bootstrap::{ALPHA, Estimate, WeightedMean};
use super::cell::Cell;
use super::seed::seed_of;
use super::verdict::{Band, Finding, holm};
use crate::results::{
    AGAIN, BASELINE, Cache, Collector, Isa, LatencyRow, PooledRow, Queries, Stratum, Tier, Timed,
    Verdict, is_timing_control,
};
use crate::stats::arithmetic::round;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What one pooled row is made of.
struct Pool<'a> {
    scheme: &'a str,
    key: PoolKey,
    cells: Vec<(&'a Cell, &'a LatencyRow)>,
}

/// Modules that are pooled, and how they were timed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PoolKey {
    tier: Tier,
    /// Joined by `+`.
    isas: String,
    collector: Collector,
    queries: Queries,
    timed: Timed,
    cache: Cache,
}

impl PoolKey {
    /// All its names. Their order is that of the rows of `pooled.csv`.
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

    /// What the rows of a family have in common: all but the scheme and the
    /// cache, since a family is read across caches.
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

impl Ord for PoolKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

impl PartialOrd for PoolKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a pool is known to be worth.
struct PoolEstimate {
    /// For these modules and no others.
    here: Option<Estimate>,
    /// For modules like these.
    large: Option<Estimate>,
    log: f64,
    modules: usize,
}

/// Rows in order of key and scheme. `latency` belongs to `cells` one by one.
pub(super) fn rows(cells: &[Cell], latency: &[LatencyRow], seed: u64) -> Vec<PooledRow> {
    let pools = pools(cells, latency);
    let estimates: Vec<PoolEstimate> = pools.par_iter().map(|pool| pool.estimate(seed)).collect();

    let mut bands = BTreeMap::new();
    for (pool, estimate) in pools.iter().zip(&estimates) {
        if let (AGAIN, Some(here)) = (pool.scheme, estimate.here) {
            bands.insert(&pool.key, Band::from_again(here.extent()));
        }
    }
    let band = |pool: &Pool| match pool.scheme {
        AGAIN => Some(Band::for_again()),
        _ => bands.get(&pool.key).copied(),
    };
    let findings = pools.iter().zip(&estimates);
    let findings: Vec<Finding> = findings
        .map(|(pool, estimate)| Finding::new(estimate.large, band(pool)))
        .collect();
    let adjusted = adjust(&pools, &findings);

    let all = pools
        .iter()
        .zip(&estimates)
        .zip(findings.iter().zip(adjusted));
    let row = |((pool, estimate), (finding, p)): ((&Pool, _), (&Finding, f64))| {
        pool.row(estimate, band(pool), finding.verdict(p), p)
    };
    all.map(row).collect()
}

/// Error probabilities of a difference, corrected within each family.
/// Controls belong to none.
fn adjust(pools: &[Pool], findings: &[Finding]) -> Vec<f64> {
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
    adjusted
}

/// Every instruction set by itself and, if there are several, all together.
fn pools<'a>(cells: &'a [Cell], latency: &'a [LatencyRow]) -> Vec<Pool<'a>> {
    let across_isas = |cell: &Cell| {
        let setting = &cell.setting;
        (setting.tier, setting.module.collector, setting.scenario)
    };
    let mut isas = BTreeMap::<_, BTreeSet<Isa>>::new();
    for cell in cells {
        let isas = isas.entry(across_isas(cell)).or_default();
        isas.insert(cell.setting.module.isa);
    }
    let mut pools = BTreeMap::<(PoolKey, &str), Vec<_>>::new();
    for (cell, row) in cells.iter().zip(latency) {
        let (tier, collector, scenario) = across_isas(cell);
        let own = cell.setting.module.isa.to_string();
        let all = isas[&across_isas(cell)].iter().map(|isa| isa.name());
        let all = all.collect::<Vec<_>>().join("+");
        for isas in BTreeSet::from([own, all]) {
            let key = PoolKey {
                tier,
                isas,
                collector,
                queries: scenario.queries,
                timed: scenario.timed,
                cache: scenario.cache,
            };
            let pool = pools.entry((key, &cell.scheme)).or_default();
            pool.push((cell, row));
        }
    }
    let pools = pools.into_iter();
    let pools = pools.map(|((key, scheme), cells)| Pool { scheme, key, cells });
    pools.collect()
}

impl Pool<'_> {
    fn estimate(&self, seed: u64) -> PoolEstimate {
        let name = |cell: &Cell| cell.setting.module.module.clone();
        let names: BTreeSet<String> = self.cells.iter().map(|(cell, _)| name(cell)).collect();
        let names: Vec<String> = names.into_iter().collect();
        let place = |(cell, _): &(&Cell, _)| names.iter().position(|n| *n == name(cell));
        let module_of = self.cells.iter().map(|member| place(member).unwrap_or(0));
        let module_of: Vec<usize> = module_of.collect();
        let weight = |module: usize| {
            let isas = module_of.iter().filter(|m| **m == module).count();
            1.0 / (isas * names.len()) as f64
        };
        let members = self.cells.iter().zip(&module_of);
        let members = members.map(|((cell, _), module)| cell.weighing(weight(*module)));
        let means = WeightedMean::new(members.collect());

        let seed = seed_of(seed, self.key.names().into_iter().chain([self.scheme]));
        let here = means.estimate(seed);
        // A control is the same code everywhere: modules have nothing to add.
        let others = match is_timing_control(self.scheme) {
            true => None,
            false => at_large(&means, &module_of, names.len()),
        };
        // Nobody knows more about modules at large than about those at hand.
        let large = here
            .into_iter()
            .chain(others)
            .max_by(|a, b| a.half_width.total_cmp(&b.half_width));
        PoolEstimate {
            here,
            large,
            log: means.log,
            modules: names.len(),
        }
    }

    fn row(
        &self,
        estimate: &PoolEstimate,
        band: Option<Band>,
        verdict: Verdict,
        p_holm: f64,
    ) -> PooledRow {
        let PoolKey {
            tier,
            isas,
            collector,
            queries,
            timed,
            cache,
        } = self.key.clone();
        let is_baseline = self.scheme == BASELINE;
        let (ratio_lo, ratio_hi) = ends(estimate.large);
        let (here_lo, here_hi) = ends(estimate.here);
        let processes = self.cells.iter().map(|(cell, _)| cell.processes.len());
        let count = |verdict| {
            let rows = self.cells.iter().map(|(_, row)| row);
            rows.filter(|row| row.verdict == verdict).count()
        };
        PooledRow {
            scheme: self.scheme.to_owned(),
            tier,
            isas,
            collector,
            queries,
            cache,
            timed,
            n_modules: estimate.modules,
            ratio: round(estimate.log.exp(), 6),
            ratio_lo,
            ratio_hi,
            verdict: if is_baseline { Verdict::Same } else { verdict },
            p_holm: if is_baseline { 1.0 } else { round(p_holm, 6) },
            here_lo,
            here_hi,
            band: band.map(|b| round(b.differs.exp(), 6)),
            processes: processes.min().unwrap_or(0),
            cells_faster: count(Verdict::Faster),
            cells_slower: count(Verdict::Slower),
            cells_same: count(Verdict::Same),
            stratum: Stratum::All,
            runs: 1,
            machines: 1,
            toolchains: 1,
        }
    }
}

/// Lower and upper end of the 95 % interval, as ratios.
fn ends(estimate: Option<Estimate>) -> (Option<f64>, Option<f64>) {
    let ends = estimate.map(|e| e.interval(ALPHA));
    let end = |log: f64| round(log.exp(), 6);
    (ends.map(|e| end(e.0)), ends.map(|e| end(e.1)))
}
