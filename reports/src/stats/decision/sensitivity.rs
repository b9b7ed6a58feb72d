//! For which modules, weights, ISAs and collectors the verdict would change.

use super::judge::Judge;
use super::outcome::Outcome;
use super::weights::Weights;
use crate::results::{Collector, ModuleKey};
use crate::stats::headline::{Headline, TIERS, isas_of, modules_of, of_tier};
use crate::stats::schemes::{SchemeMeans, scheme_means};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of the weight grid: shares of 0, 1/10, … 1 for each criterion.
const GRID: u32 = 10;

/// What the verdict would be if one thing were different.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Each module left out in turn, and the lowest score without it. Nothing
    /// is known of how clear it is: `pooled.csv` has no such rows.
    pub without_module: Vec<(ModuleKey, Option<String>)>,
    /// The same with all modules of one toolchain left out.
    pub without_toolchain: Vec<(String, Option<String>)>,
    /// `module_start` left out of every module.
    pub without_start: Outcome,
    /// The share of the bytes from 0 to 100 %, hot and cold in proportion.
    pub bytes_share: Vec<Shares>,
    /// How many of the weightings of a regular grid end in each verdict, the
    /// most frequent first.
    pub grid: Vec<(Outcome, usize)>,
    /// The modules of one size.
    pub strata: Vec<Subset>,
    /// Every other tier, ISA or collector by itself.
    pub subsets: Vec<Subset>,
}

/// Shares of the bytes, in per cent and inclusive, that end in one verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Least share.
    pub from: u32,
    /// Greatest share.
    pub to: u32,
    /// The verdict.
    pub outcome: Outcome,
}

/// Other modules than those of the headline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subset {
    /// The modules and what they were timed in.
    pub headline: Headline,
    /// Whether the collector is what sets them apart.
    pub by_collector: bool,
    /// The verdict on them.
    pub outcome: Outcome,
}

/// Tries everything that could be different.
pub(super) fn analyse(judge: &Judge<'_>, headline: &Headline) -> Sensitivity {
    let means = scheme_means(judge.results, headline);
    let under = |weights| judge.outcome_of(means.clone(), headline, weights);
    let measured = judge.weights.limited_to(headline);
    let with_share = |percent: u32| {
        let weights = measured.with_bytes_share(f64::from(percent) / 100.0);
        (percent, under(weights))
    };
    Sensitivity {
        without_module: without_each(judge, headline),
        without_toolchain: without_toolchains(judge, headline),
        without_start: without_start(judge, &means, headline),
        bytes_share: ranges((0..=100).map(with_share)),
        grid: tally(grid(headline).into_iter().map(under)),
        strata: strata(judge, headline),
        subsets: subsets(judge, headline),
    }
}

fn without_each(judge: &Judge<'_>, headline: &Headline) -> Vec<(ModuleKey, Option<String>)> {
    if headline.modules.len() < 2 {
        return Vec::new();
    }
    let without = |left_out: &ModuleKey| {
        let rest = headline.only(|module| module != left_out);
        (left_out.clone(), judge.lowest(&rest))
    };
    headline.modules.iter().map(without).collect()
}

fn without_toolchains(judge: &Judge<'_>, headline: &Headline) -> Vec<(String, Option<String>)> {
    let toolchains = headline.toolchains(judge.results);
    if toolchains.len() < 2 {
        return Vec::new();
    }
    let without = |(name, own): (&str, Headline)| {
        let rest = headline.only(|module| !own.modules.contains(module));
        (name.to_owned(), judge.lowest(&rest))
    };
    toolchains.into_iter().map(without).collect()
}

fn strata(judge: &Judge<'_>, headline: &Headline) -> Vec<Subset> {
    let strata = headline.strata(judge.results).into_iter();
    let subset = |(_, own): (_, Headline)| Subset {
        outcome: judge.outcome(&own),
        headline: own,
        by_collector: false,
    };
    strata.map(subset).collect()
}

fn without_start(judge: &Judge<'_>, means: &[SchemeMeans], headline: &Headline) -> Outcome {
    let without = means.iter().map(|scheme| SchemeMeans {
        bytes: scheme.without_start,
        ..scheme.clone()
    });
    judge.outcome_of(without.collect(), headline, judge.weights)
}

/// Neighbouring shares that end in the same verdict, together.
fn ranges(shares: impl Iterator<Item = (u32, Outcome)>) -> Vec<Shares> {
    let mut ranges: Vec<Shares> = Vec::new();
    for (share, outcome) in shares {
        match ranges.last_mut() {
            Some(last) if last.outcome == outcome => last.to = share,
            _ => ranges.push(Shares {
                from: share,
                to: share,
                outcome,
            }),
        }
    }
    ranges
}

/// All weightings of what was measured whose shares are multiples of 1/GRID.
fn grid(headline: &Headline) -> Vec<Weights> {
    let most = |scenario: bool| if scenario { GRID } else { 0 };
    let share = |n: u32| f64::from(n) / f64::from(GRID);
    let mut weightings = Vec::new();
    for hot in 0..=most(headline.hot.is_some()) {
        for cold in 0..=most(headline.cold.is_some()).min(GRID - hot) {
            weightings.push(Weights {
                bytes: share(GRID - hot - cold),
                hot: share(hot),
                cold: share(cold),
            });
        }
    }
    weightings
}

fn tally(outcomes: impl Iterator<Item = Outcome>) -> Vec<(Outcome, usize)> {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| Reverse(*n));
    counts
}

/// The verdict on every set of modules that differs from the headline's in its
/// ISA, its collector or its tier, or whose recorded stacks were looked up.
fn subsets(judge: &Judge<'_>, headline: &Headline) -> Vec<Subset> {
    let (results, tier, isa) = (judge.results, headline.tier, headline.isa);
    let over = |tier, isa, modules| Headline::over(results, tier, isa, modules);
    let isas = isas_of(results, tier).into_iter();
    let isas = isas.filter(|other| *other != isa);
    let on_isa = isas.map(|isa| (over(tier, isa, modules_of(results, tier, isa)), false));

    let differs = |modules: &Vec<ModuleKey>| modules.iter().any(|m| !headline.modules.contains(m));
    let collectors = by_collector(judge, headline).into_values();
    let collectors = collectors.filter(differs);
    let with_collector = collectors.map(|modules| (over(tier, isa, modules), true));

    let tiers = TIERS.into_iter().filter(|other| *other != tier);
    let of_tier = tiers.map(|tier| (over(tier, isa, modules_of(results, tier, isa)), false));
    let walks = headline.with_walks(results).map(|walks| (walks, false));
    let all = walks
        .into_iter()
        .chain(on_isa)
        .chain(with_collector)
        .chain(of_tier);
    let all = all.filter(|(other, _)| !other.modules.is_empty());
    let judged = all.map(|(other, by_collector)| Subset {
        outcome: judge.outcome(&other),
        headline: other,
        by_collector,
    });
    judged.collect()
}

/// The modules of the headline's tier and ISA, by collector.
fn by_collector(judge: &Judge<'_>, headline: &Headline) -> BTreeMap<Collector, Vec<ModuleKey>> {
    let rows = of_tier(judge.results, headline.tier).filter(|row| row.isa == headline.isa);
    let keys: BTreeSet<ModuleKey> = rows.map(|row| row.key()).collect();
    let mut modules: BTreeMap<Collector, Vec<ModuleKey>> = BTreeMap::new();
    for key in keys {
        modules.entry(key.collector).or_default().push(key);
    }
    modules
}
