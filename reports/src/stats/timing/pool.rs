//! Which cells are pooled.

use super::cell::Cell;
use super::context::Context;
use crate::results::{Cache, Collector, Isa, LatencyRow, Queries, Stratum, Tier, Timed};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What one pooled row is made of.
pub(super) struct Pool<'a> {
    pub(super) scheme: &'a str,
    pub(super) key: PoolKey,
    pub(super) cells: Vec<(&'a Cell, &'a LatencyRow)>,
}

/// Modules that are pooled, and how they were timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PoolKey {
    pub(super) tier: Tier,
    /// Joined by `+`.
    pub(super) isas: String,
    pub(super) collector: Collector,
    pub(super) queries: Queries,
    pub(super) timed: Timed,
    pub(super) cache: Cache,
    pub(super) stratum: Stratum,
}

impl PoolKey {
    /// Their order is that of the rows of `pooled.csv`.
    fn order(&self) -> ([&str; 6], Stratum) {
        let names = [
            self.tier.name(),
            &self.isas,
            self.collector.name(),
            self.queries.name(),
            self.timed.name(),
            self.cache.name(),
        ];
        (names, self.stratum)
    }

    /// What the rows of a family have in common: all but the scheme and the
    /// cache, since a family is read across caches.
    pub(super) fn family(&self) -> (Tier, &str, Collector, Queries, Timed, Stratum) {
        (
            self.tier,
            &self.isas,
            self.collector,
            self.queries,
            self.timed,
            self.stratum,
        )
    }
}

impl Ord for PoolKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for PoolKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Every instruction set by itself and, if there are several, all together;
/// modules of every size together and, where it is known, by size.
pub(super) fn pools<'a>(
    cells: &'a [Cell],
    latency: &'a [LatencyRow],
    context: &Context,
) -> Vec<Pool<'a>> {
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
        let stratum = context.stratum(&cell.setting.module);
        for isas in BTreeSet::from([own, all]) {
            for stratum in [Stratum::All].into_iter().chain(stratum) {
                let key = PoolKey {
                    tier,
                    isas: isas.clone(),
                    collector,
                    queries: scenario.queries,
                    timed: scenario.timed,
                    cache: scenario.cache,
                    stratum,
                };
                let pool = pools.entry((key, &cell.scheme)).or_default();
                pool.push((cell, row));
            }
        }
    }
    let pools = pools.into_iter();
    let pools = pools.map(|((key, scheme), cells)| Pool { scheme, key, cells });
    pools.collect()
}
