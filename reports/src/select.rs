//! Which modules and which latency scenario stand for the whole in the
//! headline: one tier, one ISA, each module once.

use crate::results::{
    Cache, Collector, Isa, LatencyRow, ModuleKey, Queries, Results, Scenario, Tier, Timed,
};
use std::collections::{BTreeMap, BTreeSet};

/// Tiers from the most to the least telling.
pub const TIERS: [Tier; 5] = [
    Tier::Wild,
    Tier::Yours,
    Tier::Program,
    Tier::Synthetic,
    Tier::Smith,
];

/// The modules and scenarios that the headline figures are means over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
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

/// Chooses the best tier present, its ISA with most timed (else most) modules,
/// x86_64 where that is a draw, and per module the default collector,
/// `copying`, where it has it.
pub fn headline(results: &Results) -> Selection {
    let tier = TIERS
        .iter()
        .copied()
        .find(|tier| results.sizes.iter().any(|r| r.tier == *tier))
        .unwrap_or(TIERS[0]);
    let isa = best_isa(results, tier);
    let modules = modules_of(results, tier, isa);
    let hot = scenario(results, &modules, Cache::Hot, None);
    let cold = scenario(results, &modules, Cache::Cold, hot);
    Selection {
        tier,
        isa,
        modules,
        hot,
        cold,
    }
}

/// The modules of a tier on an ISA, each name once, `copying` preferred.
pub(crate) fn modules_of(results: &Results, tier: Tier, isa: Isa) -> Vec<ModuleKey> {
    let mut best: BTreeMap<&str, ModuleKey> = BTreeMap::new();
    let rows = results.sizes.iter();
    for row in rows.filter(|r| r.tier == tier && r.isa == isa) {
        let kept = best.entry(&row.module).or_insert_with(|| row.key());
        if collector_rank(row.collector) < collector_rank(kept.collector) {
            *kept = row.key();
        }
    }
    best.into_values().collect()
}

/// Every ISA with modules of the tier, in order of name.
pub(crate) fn isas_of(results: &Results, tier: Tier) -> Vec<Isa> {
    let rows = results.sizes.iter().filter(|r| r.tier == tier);
    let isas: BTreeSet<Isa> = rows.map(|r| r.isa).collect();
    isas.into_iter().collect()
}

fn best_isa(results: &Results, tier: Tier) -> Isa {
    let timed = |isa: Isa| {
        let rows = results.latencies.iter().flatten();
        let keys: BTreeSet<_> = rows
            .filter(|r| r.tier == tier && r.isa == isa)
            .map(LatencyRow::key)
            .collect();
        keys.len()
    };
    let mut isas = isas_of(results, tier);
    isas.sort_by_cached_key(|&isa| {
        let fewer = |n: usize| usize::MAX - n;
        let modules = modules_of(results, tier, isa).len();
        (fewer(timed(isa)), fewer(modules), isa != Isa::X86_64, isa)
    });
    isas.into_iter().next().unwrap_or(Isa::X86_64)
}

/// Wasmtime's default collector first, then none, then the others.
fn collector_rank(collector: Collector) -> usize {
    match collector {
        Collector::Copying => 0,
        Collector::None => 1,
        Collector::Drc => 2,
        Collector::Null => 3,
        Collector::Unknown => 4,
    }
}

/// Every scenario that was timed, in file order.
pub(crate) fn scenarios(results: &Results) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = Vec::new();
    for row in results.latencies.iter().flatten() {
        if !found.contains(&row.scenario()) {
            found.push(row.scenario());
        }
    }
    found
}

/// The scenario timed on most of the modules; among equals the one closest to
/// what a collector does, and the one that matches `like`.
fn scenario(
    results: &Results,
    modules: &[ModuleKey],
    cache: Cache,
    like: Option<Scenario>,
) -> Option<Scenario> {
    let rows = results.latencies.iter().flatten();
    let mut found: Vec<(Scenario, Vec<ModuleKey>)> = Vec::new();
    for row in rows.filter(|r| r.cache == cache) {
        let key = row.key();
        if !modules.contains(&key) {
            continue;
        }
        match found.iter_mut().find(|(s, _)| *s == row.scenario()) {
            Some((_, keys)) if keys.contains(&key) => {}
            Some((_, keys)) => keys.push(key),
            None => found.push((row.scenario(), vec![key])),
        }
    }
    found.sort_by_key(|(s, keys)| {
        let unlike = like.is_some_and(|l| (l.queries, l.timed) != (s.queries, s.timed));
        (
            usize::MAX - keys.len(),
            unlike,
            s.timed != Timed::Visit,
            closeness(s.queries),
        )
    });
    found.into_iter().next().map(|(scenario, _)| scenario)
}

/// How close queries are to what a collector does, the closest first.
fn closeness(queries: Queries) -> usize {
    match queries {
        Queries::Walk => 0,
        Queries::Uniform => 1,
        Queries::Mix => 2,
        Queries::Zipf => 3,
        Queries::Sorted => 4,
        Queries::Miss => 5,
    }
}
