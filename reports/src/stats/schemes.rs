//! The few numbers that stand for a scheme.

use super::arithmetic::geometric_mean;
use super::headline::{Headline, isas_of, modules_of};
use super::means::{MeanRatio, Spread, time_ratios};
use crate::results::{
    BASELINE, Collector, CostRow, Isa, ModuleKey, Queries, Results, Scenario, SchemeRow, SizeRow,
    Tier,
};
use std::collections::BTreeSet;

/// What is known of a scheme over a set of modules.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemeMeans {
    /// The scheme.
    pub scheme: SchemeRow,
    /// Bytes as a ratio to the baseline; none if it encoded no module.
    pub bytes: Option<Spread>,
    /// All its bytes over all of the baseline's, which large modules decide.
    pub total: Option<f64>,
    /// The mean with `module_start` left out wherever there is one.
    pub without_start: Option<Spread>,
    /// Lookup with hot caches.
    pub hot: Option<MeanRatio>,
    /// Lookup with cold caches.
    pub cold: Option<MeanRatio>,
    /// Nanoseconds per safepoint to write a section.
    pub encode_ns: Option<f64>,
    /// Nanoseconds per safepoint to check a CRC-32 of it.
    pub check_ns: Option<f64>,
}

/// The means of every scheme, in the order of `schemes.csv`.
pub(crate) fn scheme_means(results: &Results, headline: &Headline) -> Vec<SchemeMeans> {
    let schemes = results.schemes.iter();
    schemes.map(|s| means_of(results, headline, s)).collect()
}

fn means_of(results: &Results, headline: &Headline, scheme: &SchemeRow) -> SchemeMeans {
    let is_own = |row: &&SizeRow| row.scheme == scheme.name;
    let is_chosen = |row: &&SizeRow| headline.modules.contains(&row.key());
    let rows = results.sizes.iter().filter(is_own).filter(is_chosen);
    let rows: Vec<&SizeRow> = rows.collect();
    let without_start = |row: &&SizeRow| row.ratio_without_start().or(row.ratio);
    let time = |scenario: Option<Scenario>| mean_time(results, headline, &scheme.name, scenario?);
    SchemeMeans {
        scheme: scheme.clone(),
        bytes: Spread::of(rows.iter().filter_map(|row| row.ratio)),
        total: total(&rows),
        without_start: Spread::of(rows.iter().filter_map(without_start)),
        hot: time(headline.hot),
        cold: time(headline.cold),
        encode_ns: geometric_mean(rows.iter().filter_map(|row| row.encode_ns_per_safepoint)),
        check_ns: geometric_mean(rows.iter().filter_map(|row| row.check_ns_per_safepoint)),
    }
}

/// All bytes together; none where the baseline has none.
fn total(rows: &[&SizeRow]) -> Option<f64> {
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
    let baseline: u64 = rows.iter().map(|row| row.baseline_bytes).sum();
    (baseline > 0).then(|| bytes as f64 / baseline as f64)
}

/// Lookup time of a scheme over the modules: with its intervals where
/// `pooled.csv` has a row for just these, else without.
pub(crate) fn mean_time(
    results: &Results,
    headline: &Headline,
    scheme: &str,
    scenario: Scenario,
) -> Option<MeanRatio> {
    match headline.stratum {
        Some(_) => headline.mean(results, scheme, scenario),
        None => {
            let ratios = time_ratios(results, &headline.modules, scheme, scenario);
            MeanRatio::without_interval(ratios.into_values())
        }
    }
}

/// A mean over the modules of what one lookup takes, counted and not timed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MeanCost {
    /// Geometric mean.
    pub(crate) mean: f64,
    /// The mean over that of the baseline.
    pub(crate) ratio: f64,
}

/// The mean of one quantity of `costs.csv`. Modules where it is zero are left
/// out, as they have no logarithm.
pub(crate) fn mean_cost(
    results: &Results,
    modules: &[ModuleKey],
    scheme: &str,
    queries: Queries,
    quantity: fn(&CostRow) -> f64,
) -> Option<MeanCost> {
    let mean = |scheme: &str| {
        let rows = results.costs.iter().flatten();
        let rows = rows.filter(|row| row.scheme == scheme && row.queries == queries);
        let rows = rows.filter(|row| modules.contains(&row.key()));
        geometric_mean(rows.map(quantity).filter(|v| *v > 0.0))
    };
    let (mean, baseline) = (mean(scheme)?, mean(BASELINE)?);
    Some(MeanCost {
        mean,
        ratio: mean / baseline,
    })
}

/// Bytes of every scheme on each ISA, over modules that all the ISAs have.
pub(crate) struct BytesByIsa {
    /// The ISAs, in order of name.
    pub(crate) isas: Vec<Isa>,
    /// How many modules they have in common.
    pub(crate) modules: usize,
    /// By scheme, its ratio on each ISA where it encoded all these modules.
    pub(crate) ratios: Vec<(String, Vec<Option<f64>>)>,
}

impl BytesByIsa {
    /// None unless the tier has modules that exist on several ISAs.
    pub(crate) fn of(results: &Results, tier: Tier) -> Option<BytesByIsa> {
        let isas = isas_of(results, tier);
        let names = |isa: &Isa| -> BTreeSet<(String, Collector)> {
            let keys = modules_of(results, tier, *isa).into_iter();
            keys.map(|key| (key.module, key.collector)).collect()
        };
        let common = isas.iter().map(names);
        let common = common.reduce(|a, b| a.intersection(&b).cloned().collect())?;
        if isas.len() < 2 || common.is_empty() {
            return None;
        }
        let is_common = |row: &&SizeRow| common.contains(&(row.module.clone(), row.collector));
        let ratio = |scheme: &str, isa: Isa| {
            let rows = results.sizes.iter();
            let rows = rows.filter(|row| row.scheme == scheme && row.isa == isa);
            let spread = Spread::of(rows.filter(is_common).filter_map(|row| row.ratio))?;
            (spread.n == common.len()).then_some(spread.mean)
        };
        let others = results.schemes.iter().filter(|s| s.name != BASELINE);
        let ratios = others.map(|s| {
            let on_each = isas.iter().map(|isa| ratio(&s.name, *isa));
            (s.name.clone(), on_each.collect())
        });
        Some(BytesByIsa {
            ratios: ratios.collect(),
            modules: common.len(),
            isas,
        })
    }
}
