//! Which modules and which scenarios stand for the whole in the headline: one
//! tier, one instruction set, each module once.

use super::means::MeanRatio;
use super::timing::Controls;
use crate::results::{
    AnatomyRow, BASELINE, Cache, Collector, Isa, LatencyRow, ModuleKey, PooledRow, Queries,
    Results, Scenario, SizeRow, Stratum, Tier, Timed,
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

/// The modules and scenarios that figures are means over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Tier of all modules.
    pub tier: Tier,
    /// Instruction set of all modules.
    pub isa: Isa,
    /// Collector of most modules, and of all that times are means over.
    pub collector: Collector,
    /// Which rows of `pooled.csv` are about these modules; none if none is.
    pub stratum: Option<Stratum>,
    /// The modules, each name once.
    pub modules: Vec<ModuleKey>,
    /// Timing with hot caches.
    pub hot: Option<Scenario>,
    /// Timing with cold caches.
    pub cold: Option<Scenario>,
    /// Timing of a section that was just mapped.
    pub mapped: Option<Scenario>,
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
        Headline::over(results, tier, isa, modules_of(results, tier, isa))
    }

    /// All modules of a tier on an ISA, or those with one collector, in the
    /// scenarios that they were timed in.
    pub(crate) fn over(
        results: &Results,
        tier: Tier,
        isa: Isa,
        modules: Vec<ModuleKey>,
    ) -> Headline {
        let mut headline = Headline {
            tier,
            isa,
            collector: most_common_collector(&modules),
            stratum: Some(Stratum::All),
            modules,
            hot: None,
            cold: None,
            mapped: None,
        };
        headline.hot = headline.best_scenario(results, Cache::Hot, None);
        headline.cold = headline.best_scenario(results, Cache::Cold, headline.hot);
        headline.mapped = headline.best_scenario(results, Cache::Mapped, headline.hot);
        headline
    }

    /// Some of the modules, in the same scenarios.
    pub(crate) fn only(&self, is_kept: impl Fn(&ModuleKey) -> bool) -> Headline {
        let mut some = self.clone();
        some.modules.retain(is_kept);
        some.stratum = None;
        some
    }

    /// The modules by size, as far as there are some of a size.
    pub(crate) fn strata(&self, results: &Results) -> Vec<(Stratum, Headline)> {
        let maps = maps_of(results);
        let of_stratum = |stratum: Stratum| {
            let is_in =
                |key: &ModuleKey| maps.get(key).map(|n| Stratum::of_maps(*n)) == Some(stratum);
            let mut headline = self.only(is_in);
            headline.stratum = Some(stratum);
            (stratum, headline)
        };
        let strata = [Stratum::Small, Stratum::Medium, Stratum::Large].map(of_stratum);
        let strata = strata.into_iter();
        strata.filter(|(_, own)| !own.modules.is_empty()).collect()
    }

    /// The modules by toolchain, in order of its name.
    pub(crate) fn toolchains<'r>(&self, results: &'r Results) -> Vec<(&'r str, Headline)> {
        let rows = || results.modules.iter();
        let own = rows().filter(|row| self.modules.contains(&row.key()));
        let names: BTreeSet<&str> = own.map(|row| row.toolchain.as_str()).collect();
        let of = |name: &'r str| {
            let is_in =
                |key: &ModuleKey| rows().any(|row| row.is_about(key) && row.toolchain == name);
            (name, self.only(is_in))
        };
        names.into_iter().map(of).collect()
    }

    /// The modules whose recorded stacks were looked up, in those scenarios,
    /// where the headline rests on other queries because they are few.
    pub(crate) fn with_walks(&self, results: &Results) -> Option<Headline> {
        let is_walk = |scenario: &Scenario| {
            scenario.queries == Queries::Walk && scenario.timed == Timed::Visit
        };
        if self.hot.is_some_and(|hot| is_walk(&hot)) {
            return None;
        }
        let timed = |cache: Cache| {
            let mut found = self.timed(results).into_keys();
            found.find(|scenario| scenario.cache == cache && is_walk(scenario))
        };
        let (hot, cold, mapped) = (timed(Cache::Hot), timed(Cache::Cold), timed(Cache::Mapped));
        let walks = hot?;
        let rows = results.latencies.iter().flatten();
        let rows = rows.filter(|row| row.scenario() == walks);
        let keys: BTreeSet<ModuleKey> = rows.map(LatencyRow::key).collect();
        let mut some = self.only(|key| keys.contains(key) && key.collector == self.collector);
        some.stratum = Some(Stratum::All);
        let modules_walked = (!some.modules.is_empty()).then_some(some)?;
        Some(Headline {
            hot,
            cold,
            mapped,
            ..modules_walked
        })
    }

    /// What the modules consist of, the smallest first.
    pub(crate) fn anatomy<'r>(&self, results: &'r Results) -> Vec<&'r AnatomyRow> {
        let rows = results.anatomy.iter().flatten();
        let rows = rows.filter(|row| self.modules.contains(&row.key()));
        let mut rows: Vec<&AnatomyRow> = rows.collect();
        rows.sort_by_key(|row| row.maps);
        rows
    }

    /// The scenarios, hot before cold before mapped.
    pub(crate) fn scenarios(&self) -> impl Iterator<Item = Scenario> {
        let scenarios = [self.hot, self.cold, self.mapped];
        scenarios.into_iter().flatten()
    }

    /// The rows of `pooled.csv` that are about the tier, ISA and collector,
    /// of whatever size the modules are.
    pub(crate) fn pooled<'r>(&self, results: &'r Results) -> impl Iterator<Item = &'r PooledRow> {
        let (tier, isa, collector) = (self.tier, self.isa, self.collector);
        let rows = results.pooled.iter().flatten();
        rows.filter(move |row| {
            (row.tier, row.isas.as_str(), row.collector) == (tier, isa.name(), collector)
        })
    }

    /// What one scheme takes in one scenario over these modules, with a verdict if
    /// the controls of the scenario permit one.
    pub(crate) fn mean(
        &self,
        results: &Results,
        scheme: &str,
        scenario: Scenario,
    ) -> Option<MeanRatio> {
        let stratum = self.stratum?;
        let mut rows = self.pooled(results);
        let row = rows.find(|row| {
            row.scheme == scheme && row.scenario() == scenario && row.stratum == stratum
        })?;
        let mean = MeanRatio::pooled(row);
        Some(match Controls::forbid(results.pooled.as_deref()?, row) {
            true => MeanRatio {
                verdict: None,
                ..mean
            },
            false => mean,
        })
    }

    /// Whether the controls of a scenario permit verdicts.
    pub(crate) fn has_verdicts(&self, results: &Results, scenario: Scenario) -> bool {
        let baseline = self.mean(results, BASELINE, scenario);
        baseline.is_none_or(|mean| mean.verdict.is_some())
    }

    /// Every scenario with the number of modules that were timed in it.
    pub(crate) fn timed(&self, results: &Results) -> BTreeMap<Scenario, usize> {
        let mut timed = BTreeMap::new();
        for row in self
            .pooled(results)
            .filter(|row| row.stratum == Stratum::All)
        {
            let most: &mut usize = timed.entry(row.scenario()).or_default();
            *most = row.n_modules.max(*most);
        }
        timed
    }

    /// Of the scenarios that at least half of the timed modules have, the one
    /// that is looked up and timed as in `like`, else the one closest to what a
    /// collector does.
    fn best_scenario(
        &self,
        results: &Results,
        cache: Cache,
        like: Option<Scenario>,
    ) -> Option<Scenario> {
        let is_unlike =
            |s: Scenario| like.is_some_and(|l| (l.queries, l.timed) != (s.queries, s.timed));
        let mut timed = self.timed(results);
        timed.retain(|scenario, _| scenario.cache == cache);
        let most = timed.values().copied().max()?;
        let common = timed.into_iter().filter(|(_, n)| 2 * n >= most);
        common
            .map(|(scenario, _)| scenario)
            .min_by_key(|&scenario| {
                let is_partial = scenario.timed != Timed::Visit;
                (
                    is_unlike(scenario),
                    is_partial,
                    rank(&QUERIES, scenario.queries),
                )
            })
    }
}

/// The collector that most of the modules have; the more telling one where
/// that is a draw.
fn most_common_collector(modules: &[ModuleKey]) -> Collector {
    let count = |collector| {
        modules
            .iter()
            .filter(|key| key.collector == collector)
            .count()
    };
    let most = COLLECTORS
        .into_iter()
        .max_by_key(|&collector| (count(collector), Reverse(rank(&COLLECTORS, collector))));
    most.unwrap_or(COLLECTORS[0])
}

/// Safepoints with live references, by module.
pub(crate) fn maps_of(results: &Results) -> BTreeMap<ModuleKey, u64> {
    let rows = results.sizes.iter();
    rows.map(|row| (row.key(), row.maps)).collect()
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

/// The place of a value in an order of preference.
fn rank<T: PartialEq>(order: &[T], value: T) -> usize {
    let place = order.iter().position(|other| *other == value);
    place.unwrap_or(order.len())
}
