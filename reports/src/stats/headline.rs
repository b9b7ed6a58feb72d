//! Which modules and which scenarios stand for the whole in the headline: one
//! tier, one instruction set, each module once.

use crate::results::{
    AnatomyRow, Cache, Collector, Isa, LatencyRow, ModuleKey, Queries, Results, Scenario, SizeRow,
    Tier, Timed,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Tiers from the most to the least telling.
pub(crate) const TIERS: [Tier; 5] = [
    Tier::Wild,
    Tier::Yours,
    Tier::Program,
    Tier::Synthetic,
    Tier::Smith,
];

/// Collectors from the most to the least telling: Wasmtime's default first.
const COLLECTORS: [Collector; 5] = [
    Collector::Copying,
    Collector::None,
    Collector::Drc,
    Collector::Null,
    Collector::Unknown,
];

/// Queries from the closest to what a collector does to the furthest.
const QUERIES: [Queries; 6] = [
    Queries::Walk,
    Queries::Uniform,
    Queries::Mix,
    Queries::Zipf,
    Queries::Sorted,
    Queries::Miss,
];

/// The modules and scenarios that the headline's figures are means over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Tier of all modules.
    pub tier: Tier,
    /// Instruction set of all modules.
    pub isa: Isa,
    /// The modules, each name once.
    pub modules: Vec<ModuleKey>,
    /// Timing with hot caches.
    pub hot: Option<Scenario>,
    /// Timing with cold caches.
    pub cold: Option<Scenario>,
}

impl Headline {
    /// Chooses the best tier present, and of its ISAs the one with most timed
    /// (else most) modules, the most common where that is a draw.
    pub fn of(results: &Results) -> Headline {
        let has_modules = |tier: &Tier| of_tier(results, *tier).next().is_some();
        let best = TIERS.into_iter().find(has_modules);
        let any = || Some(results.sizes.first()?.tier);
        let tier = best.or_else(any).unwrap_or(TIERS[0]);
        let isa = best_isa(results, tier);
        let modules = modules_of(results, tier, isa);
        let hot = best_scenario(results, &modules, Cache::Hot, None);
        let cold = best_scenario(results, &modules, Cache::Cold, hot);
        Headline {
            tier,
            isa,
            modules,
            hot,
            cold,
        }
    }

    /// The same scenarios on other modules, as far as they were timed there.
    pub(super) fn with_modules(&self, results: &Results, modules: Vec<ModuleKey>) -> Headline {
        let is_timed = |scenario: &Scenario| {
            let mut rows = results.latencies.iter().flatten();
            rows.any(|row| row.scenario() == *scenario && modules.contains(&row.key()))
        };
        Headline {
            hot: self.hot.filter(is_timed),
            cold: self.cold.filter(is_timed),
            modules,
            ..self.clone()
        }
    }

    /// What the modules consist of, the smallest first.
    pub(crate) fn anatomy<'r>(&self, results: &'r Results) -> Vec<&'r AnatomyRow> {
        let rows = results.anatomy.iter().flatten();
        let rows = rows.filter(|row| self.modules.contains(&row.key()));
        let mut rows: Vec<&AnatomyRow> = rows.collect();
        rows.sort_by_key(|row| row.maps);
        rows
    }

    /// The scenarios, hot before cold.
    pub(crate) fn scenarios(&self) -> impl Iterator<Item = Scenario> {
        self.hot.into_iter().chain(self.cold)
    }
}

/// The sizes of a tier's modules. One without maps has nothing to compare, and
/// so no part in a mean.
pub(crate) fn of_tier(results: &Results, tier: Tier) -> impl Iterator<Item = &SizeRow> {
    let rows = results.sizes.iter();
    rows.filter(move |row| row.tier == tier && row.ratio.is_some())
}

/// The modules of a tier on an ISA, each name once, with the most telling
/// collector that it has.
pub(crate) fn modules_of(results: &Results, tier: Tier, isa: Isa) -> Vec<ModuleKey> {
    let mut best: BTreeMap<&str, ModuleKey> = BTreeMap::new();
    for row in of_tier(results, tier).filter(|row| row.isa == isa) {
        let kept = best.entry(&row.module).or_insert_with(|| row.key());
        if rank(&COLLECTORS, row.collector) < rank(&COLLECTORS, kept.collector) {
            *kept = row.key();
        }
    }
    best.into_values().collect()
}

/// Every ISA with modules of the tier, in order of name.
pub(crate) fn isas_of(results: &Results, tier: Tier) -> Vec<Isa> {
    let isas: BTreeSet<Isa> = of_tier(results, tier).map(|row| row.isa).collect();
    isas.into_iter().collect()
}

/// Every scenario that was timed, in file order.
pub(crate) fn scenarios_of(results: &Results) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = Vec::new();
    for row in results.latencies.iter().flatten() {
        if !found.contains(&row.scenario()) {
            found.push(row.scenario());
        }
    }
    found
}

fn best_isa(results: &Results, tier: Tier) -> Isa {
    let timed = |isa: Isa| {
        let rows = results.latencies.iter().flatten();
        let rows = rows.filter(|row| row.tier == tier && row.isa == isa);
        rows.map(LatencyRow::key).collect::<BTreeSet<_>>().len()
    };
    let isas = isas_of(results, tier).into_iter();
    let best = isas.min_by_key(|&isa| {
        let modules = modules_of(results, tier, isa).len();
        let rarity = rank(&Isa::OF_MODULES, isa);
        (Reverse(timed(isa)), Reverse(modules), rarity)
    });
    best.unwrap_or(Isa::OF_MODULES[0])
}

/// The scenario timed on most of the modules; among equals the one that is
/// looked up and timed as in `like`, and then the one closest to what a
/// collector does.
fn best_scenario(
    results: &Results,
    modules: &[ModuleKey],
    cache: Cache,
    like: Option<Scenario>,
) -> Option<Scenario> {
    let is_like = |s: Scenario| like.is_none_or(|l| (l.queries, l.timed) == (s.queries, s.timed));
    let candidates = scenarios_of(results).into_iter();
    let best = candidates.filter_map(|scenario| {
        let rows = results.latencies.iter().flatten();
        let rows = rows.filter(|row| row.scenario() == scenario && modules.contains(&row.key()));
        let timed = rows.map(LatencyRow::key).collect::<BTreeSet<_>>().len();
        (scenario.cache == cache && timed > 0).then_some((scenario, timed))
    });
    let best = best.min_by_key(|&(scenario, timed)| {
        (
            Reverse(timed),
            !is_like(scenario),
            scenario.timed != Timed::Visit,
            rank(&QUERIES, scenario.queries),
        )
    });
    best.map(|(scenario, _)| scenario)
}

/// The place of a value in an order of preference.
fn rank<T: PartialEq>(order: &[T], value: T) -> usize {
    let place = order.iter().position(|other| *other == value);
    place.unwrap_or(order.len())
}
