//! For which modules, weights, ISAs and collectors the verdict would change.

use super::{Judge, Outcome, rank};
use crate::figures::{Figures, figures};
use crate::results::{Collector, ModuleKey, Scenario};
use crate::select::{Selection, TIERS, isas_of, modules_of};
use crate::weights::Weights;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of the weight grid: shares of 0, 1/10, … 1 for each criterion.
const GRID: u32 = 10;

/// What the verdict would be if one thing were different.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Each module left out in turn.
    pub without_module: Vec<(ModuleKey, Outcome)>,
    /// `module_start` left out of every module.
    pub without_start: Outcome,
    /// The share of the bytes from 0 to 100 %, hot and cold in proportion.
    pub bytes_share: Vec<Range>,
    /// How many of the weightings of a regular grid end in each verdict, the
    /// most frequent first.
    pub grid: Vec<(Outcome, usize)>,
    /// Every other tier, ISA or collector by itself: what, modules, verdict.
    pub subsets: Vec<(String, usize, Outcome)>,
}

/// Shares of the bytes, in per cent and inclusive, that end in one verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Least share.
    pub from: u32,
    /// Greatest share.
    pub to: u32,
    /// The verdict.
    pub outcome: Outcome,
}

pub(super) fn analyse(judge: &Judge<'_>, selection: &Selection) -> Sensitivity {
    let all = figures(judge.results, selection);
    let with = |weights| verdict(judge, all.clone(), selection, weights);
    Sensitivity {
        without_module: without_each(judge, selection),
        without_start: without_start(judge, &all, selection),
        bytes_share: ranges((0..=100).map(|share| {
            let weights = judge
                .weights
                .limited(selection.hot.is_some(), selection.cold.is_some());
            (
                share,
                with(weights.with_bytes_share(f64::from(share) / 100.0)),
            )
        })),
        grid: tally(grid(selection).into_iter().map(with)),
        subsets: subsets(judge, selection),
    }
}

fn verdict(judge: &Judge<'_>, all: Vec<Figures>, on: &Selection, weights: Weights) -> Outcome {
    rank::outcome(&judge.judge(all, on, weights))
}

fn without_each(judge: &Judge<'_>, selection: &Selection) -> Vec<(ModuleKey, Outcome)> {
    if selection.modules.len() < 2 {
        return Vec::new();
    }
    let without = |left_out: &ModuleKey| {
        let mut rest = selection.clone();
        rest.modules.retain(|k| k != left_out);
        (left_out.clone(), judge.outcome(&rest))
    };
    selection.modules.iter().map(without).collect()
}

fn without_start(judge: &Judge<'_>, all: &[Figures], selection: &Selection) -> Outcome {
    let rest = all.iter().cloned().map(|mut f| {
        f.bytes = f.without_start;
        f
    });
    verdict(judge, rest.collect(), selection, judge.weights)
}

fn ranges(shares: impl Iterator<Item = (u32, Outcome)>) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for (share, outcome) in shares {
        match ranges.last_mut() {
            Some(last) if last.outcome == outcome => last.to = share,
            _ => ranges.push(Range {
                from: share,
                to: share,
                outcome,
            }),
        }
    }
    ranges
}

/// All weightings of what was measured whose shares are multiples of 1/GRID.
fn grid(selection: &Selection) -> Vec<Weights> {
    let (hot, cold) = (selection.hot.is_some(), selection.cold.is_some());
    let mut weightings = Vec::new();
    for h in 0..=GRID {
        for c in 0..=GRID - h {
            if (h > 0 && !hot) || (c > 0 && !cold) {
                continue;
            }
            let share = |n: u32| f64::from(n) / f64::from(GRID);
            weightings.push(Weights {
                bytes: share(GRID - h - c),
                hot: share(h),
                cold: share(c),
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
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}

fn subsets(judge: &Judge<'_>, headline: &Selection) -> Vec<(String, usize, Outcome)> {
    let results = judge.results;
    let mut found: Vec<(String, Vec<ModuleKey>)> = Vec::new();
    for isa in isas_of(results, headline.tier) {
        if isa != headline.isa {
            let keys = modules_of(results, headline.tier, isa);
            found.push((format!("{}, {isa}", headline.tier), keys));
        }
    }
    for (collector, keys) in by_collector(judge, headline) {
        if keys.iter().any(|k| !headline.modules.contains(k)) {
            let name = format!("{}, {}, {collector} collector", headline.tier, headline.isa);
            found.push((name, keys));
        }
    }
    for tier in TIERS.into_iter().filter(|t| *t != headline.tier) {
        let keys = modules_of(results, tier, headline.isa);
        found.push((format!("{tier}, {}", headline.isa), keys));
    }
    found.retain(|(_, keys)| !keys.is_empty());
    let judged = found.into_iter().map(|(name, modules)| {
        let selection = on(judge, headline, modules);
        let outcome = judge.outcome(&selection);
        let timed = if selection.hot.is_some() {
            ""
        } else {
            ", bytes alone"
        };
        (format!("{name}{timed}"), selection.modules.len(), outcome)
    });
    judged.collect()
}

fn by_collector(judge: &Judge<'_>, headline: &Selection) -> BTreeMap<Collector, Vec<ModuleKey>> {
    let mut by: BTreeMap<Collector, BTreeSet<ModuleKey>> = BTreeMap::new();
    let rows = judge.results.sizes.iter();
    for row in rows.filter(|r| r.tier == headline.tier && r.isa == headline.isa) {
        by.entry(row.collector).or_default().insert(row.key());
    }
    by.into_iter()
        .map(|(c, keys)| (c, keys.into_iter().collect()))
        .collect()
}

/// The headline's scenarios on other modules, as far as they were timed there.
fn on(judge: &Judge<'_>, headline: &Selection, modules: Vec<ModuleKey>) -> Selection {
    let timed = |s: &Scenario| {
        let rows = judge.results.latencies.iter().flatten();
        rows.filter(|r| *s == r.scenario())
            .any(|r| modules.contains(&r.key()))
    };
    Selection {
        hot: headline.hot.filter(timed),
        cold: headline.cold.filter(timed),
        modules,
        ..headline.clone()
    }
}
