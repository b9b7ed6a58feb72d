//! Which modules and which latency scenario stand for the whole in the
//! headline: one tier, one ISA, each module once.

use crate::results::{LatencyRow, Results, SizeRow, TIERS};
use std::collections::BTreeMap;
use std::fmt;

/// What identifies a module in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Module name.
    pub module: String,
    /// Instruction set.
    pub isa: String,
    /// Collector.
    pub collector: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {} · {}", self.module, self.isa, self.collector)
    }
}

macro_rules! keyed {
    ($($row:ty),*) => {
        $(impl $row {
            pub(crate) fn key(&self) -> Key {
                Key {
                    module: self.module.clone(),
                    isa: self.isa.clone(),
                    collector: self.collector.clone(),
                }
            }
        })*
    };
}
keyed!(SizeRow, LatencyRow);

/// A way to time lookups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Where the PCs come from.
    pub queries: String,
    /// `hot`, `l2` or `cold`.
    pub cache: String,
    /// `visit` or `lookup`.
    pub timed: String,
}

impl Scenario {
    fn of(row: &LatencyRow) -> Scenario {
        Scenario {
            queries: row.queries.clone(),
            cache: row.cache.clone(),
            timed: row.timed.clone(),
        }
    }

    pub(crate) fn covers(&self, row: &LatencyRow) -> bool {
        row.queries == self.queries && row.cache == self.cache && row.timed == self.timed
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cache, {} queries, {}",
            self.cache, self.queries, self.timed
        )
    }
}

/// The modules and scenarios that the headline figures are means over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Tier of all modules.
    pub tier: String,
    /// Instruction set of all modules.
    pub isa: String,
    /// The modules, each name once.
    pub modules: Vec<Key>,
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
        .find(|t| results.sizes.iter().any(|r| r.tier == **t))
        .map(|t| (*t).to_owned())
        .or_else(|| results.sizes.first().map(|r| r.tier.clone()))
        .unwrap_or_default();
    let isa = best_isa(results, &tier);
    let modules = modules_of(results, &tier, &isa);
    let hot = scenario(results, &modules, "hot", None);
    let cold = scenario(results, &modules, "cold", hot.as_ref());
    Selection {
        tier,
        isa,
        modules,
        hot,
        cold,
    }
}

/// The modules of a tier on an ISA, each name once, `copying` preferred.
pub(crate) fn modules_of(results: &Results, tier: &str, isa: &str) -> Vec<Key> {
    let mut best: BTreeMap<&str, Key> = BTreeMap::new();
    let rows = results.sizes.iter();
    for row in rows.filter(|r| r.tier == tier && r.isa == isa) {
        let kept = best.entry(&row.module).or_insert_with(|| row.key());
        if collector_rank(&row.collector) < collector_rank(&kept.collector) {
            *kept = row.key();
        }
    }
    best.into_values().collect()
}

/// Every ISA with modules of the tier, in order of name.
pub(crate) fn isas_of(results: &Results, tier: &str) -> Vec<String> {
    let rows = results.sizes.iter().filter(|r| r.tier == tier);
    let isas: std::collections::BTreeSet<_> = rows.map(|r| r.isa.clone()).collect();
    isas.into_iter().collect()
}

fn best_isa(results: &Results, tier: &str) -> String {
    let timed = |isa: &str| {
        let rows = results.latencies.iter().flatten();
        let keys: std::collections::BTreeSet<_> = rows
            .filter(|r| r.tier == tier && r.isa == isa)
            .map(LatencyRow::key)
            .collect();
        keys.len()
    };
    let mut isas = isas_of(results, tier);
    isas.sort_by_cached_key(|isa| {
        let fewer = |n: usize| usize::MAX - n;
        let modules = modules_of(results, tier, isa).len();
        (
            fewer(timed(isa)),
            fewer(modules),
            isa != "x86_64",
            isa.clone(),
        )
    });
    isas.into_iter().next().unwrap_or_default()
}

fn collector_rank(collector: &str) -> (usize, &str) {
    let known = ["copying", "none", "drc", "null"];
    let rank = known.iter().position(|c| *c == collector);
    (rank.unwrap_or(known.len()), collector)
}

/// Every scenario that was timed, in file order.
pub(crate) fn scenarios(results: &Results) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = Vec::new();
    for row in results.latencies.iter().flatten() {
        if !found.iter().any(|s| s.covers(row)) {
            found.push(Scenario::of(row));
        }
    }
    found
}

/// The scenario timed on most of the modules; among equals the one closest to
/// what a collector does, and the one that matches `like`.
fn scenario(
    results: &Results,
    modules: &[Key],
    cache: &str,
    like: Option<&Scenario>,
) -> Option<Scenario> {
    let queries = ["walk", "uniform", "mix", "zipf", "sorted", "miss"];
    let rows = results.latencies.iter().flatten();
    let mut found: Vec<(Scenario, Vec<Key>)> = Vec::new();
    for row in rows.filter(|r| r.cache == cache && r.ratio.is_some()) {
        let key = row.key();
        if !modules.contains(&key) {
            continue;
        }
        match found.iter_mut().find(|(s, _)| s.covers(row)) {
            Some((_, keys)) if keys.contains(&key) => {}
            Some((_, keys)) => keys.push(key),
            None => found.push((Scenario::of(row), vec![key])),
        }
    }
    found.sort_by_key(|(s, keys)| {
        let unlike = like.is_some_and(|l| (&l.queries, &l.timed) != (&s.queries, &s.timed));
        let rank = queries.iter().position(|q| *q == s.queries);
        (
            usize::MAX - keys.len(),
            unlike,
            s.timed != "visit",
            rank.unwrap_or(queries.len()),
        )
    });
    found.into_iter().next().map(|(scenario, _)| scenario)
}
