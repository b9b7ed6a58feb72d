//! The few numbers that stand for a scheme: geometric means over modules, one
//! weight per module, with their spread.

use crate::results::{BASELINE, LatencyRow, ModuleKey, Results, Scenario, SchemeRow};
use crate::select::Selection;
use std::collections::BTreeMap;

/// Ratios to the baseline over modules: geometric mean and extremes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Geometric mean.
    pub mean: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Modules.
    pub n: usize,
}

/// A latency ratio to the baseline over modules with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Geometric mean of the modules' ratios.
    pub ratio: f64,
    /// Geometric mean of the lower ends of their intervals.
    pub lo: f64,
    /// Geometric mean of the upper ends. Modules' errors are thus taken to
    /// point the same way, which makes the interval wide rather than narrow.
    pub hi: f64,
    /// Modules.
    pub n: usize,
}

/// What is known of a scheme over a set of modules.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The scheme.
    pub scheme: SchemeRow,
    /// Bytes as a ratio to the baseline; none if it encoded no module.
    pub bytes: Option<Spread>,
    /// The same with `module_start` left out wherever there is one.
    pub without_start: Option<Spread>,
    /// Lookup with hot caches.
    pub hot: Option<Estimate>,
    /// Lookup with cold caches.
    pub cold: Option<Estimate>,
    /// Geometric mean of the writing time, nanoseconds per safepoint.
    pub encode_ns: Option<f64>,
    /// Nanoseconds per safepoint to check a CRC-32 of the section.
    pub check_ns: Option<f64>,
}

/// The figures of every scheme, in the order of `schemes.csv`.
pub fn figures(results: &Results, selection: &Selection) -> Vec<Figures> {
    let of = |scheme: &SchemeRow| one(results, selection, scheme);
    results.schemes.iter().map(of).collect()
}

fn one(results: &Results, selection: &Selection, scheme: &SchemeRow) -> Figures {
    let chosen = &selection.modules;
    let rows: Vec<_> = results
        .sizes
        .iter()
        .filter(|r| r.scheme == scheme.name && chosen.contains(&r.key()))
        .collect();
    let without = rows
        .iter()
        .filter_map(|r| r.ratio_without_start().or(r.ratio));
    let encode = rows.iter().filter_map(|r| r.encode_ns_per_safepoint);
    let check = rows.iter().filter_map(|r| r.check_ns_per_safepoint);
    let estimate = |s: &Option<Scenario>| {
        let scenario = s.as_ref()?;
        if scheme.name == BASELINE {
            let of = |r: &&LatencyRow| *scenario == r.scenario() && chosen.contains(&r.key());
            let rows = results.latencies.iter().flatten().filter(of);
            let n = rows.filter(|r| r.scheme == BASELINE).count();
            return Some(Estimate::of_baseline(n));
        }
        let ratios = latency_ratios(results, chosen, &scheme.name, scenario);
        Estimate::of(ratios.values().copied())
    };
    Figures {
        scheme: scheme.clone(),
        bytes: Spread::of(rows.iter().filter_map(|r| r.ratio)),
        without_start: Spread::of(without),
        hot: estimate(&selection.hot),
        cold: estimate(&selection.cold),
        encode_ns: geometric_mean(&encode.collect::<Vec<_>>()),
        check_ns: geometric_mean(&check.collect::<Vec<_>>()),
    }
}

/// Ratio and interval of one scheme on each of the modules that were timed.
pub(crate) fn latency_ratios(
    results: &Results,
    modules: &[ModuleKey],
    scheme: &str,
    scenario: &Scenario,
) -> BTreeMap<ModuleKey, [f64; 3]> {
    let rows = results.latencies.iter().flatten();
    rows.filter(|r| r.scheme == scheme && *scenario == r.scenario())
        .map(|r| {
            let end = |v: Option<f64>| v.unwrap_or(r.ratio);
            (r.key(), [r.ratio, end(r.ratio_lo), end(r.ratio_hi)])
        })
        .filter(|(key, _)| modules.contains(key))
        .collect()
}

impl Spread {
    /// None without values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let values: Vec<f64> = values.into_iter().collect();
        Some(Spread {
            mean: geometric_mean(&values)?,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(0.0, f64::max),
            n: values.len(),
        })
    }
}

impl Estimate {
    /// Of ratios with both ends of their intervals; none without any.
    pub(crate) fn of(rows: impl IntoIterator<Item = [f64; 3]>) -> Option<Estimate> {
        let rows: Vec<[f64; 3]> = rows.into_iter().collect();
        let mean = |i: usize| geometric_mean(&rows.iter().map(|r| r[i]).collect::<Vec<_>>());
        Some(Estimate {
            ratio: mean(0)?,
            lo: mean(1)?,
            hi: mean(2)?,
            n: rows.len(),
        })
    }

    fn of_baseline(n: usize) -> Estimate {
        Estimate {
            ratio: 1.0,
            lo: 1.0,
            hi: 1.0,
            n,
        }
    }
}

/// None without values; every value has to be positive.
pub(crate) fn geometric_mean(values: &[f64]) -> Option<f64> {
    let logs: f64 = values.iter().map(|v| v.ln()).sum();
    (!values.is_empty()).then(|| (logs / values.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_geometric_and_weigh_each_module_once() {
        let spread = Spread::of([0.25, 1.0]).unwrap();
        assert!((spread.mean - 0.5).abs() < 1e-12);
        assert_eq!((spread.min, spread.max, spread.n), (0.25, 1.0, 2));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn an_estimate_keeps_its_interval_around_the_ratio() {
        let e = Estimate::of([[1.0, 0.9, 1.2], [4.0, 3.6, 4.8]]).unwrap();
        assert!((e.ratio - 2.0).abs() < 1e-12);
        assert!((e.lo - 1.8).abs() < 1e-12 && (e.hi - 2.4).abs() < 1e-12);
    }
}
