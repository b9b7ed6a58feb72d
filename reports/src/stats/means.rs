//! Geometric means over modules, one weight per module, never without their
//! spread or their interval.

use super::arithmetic::geometric_mean;
use crate::format::with_interval;
use crate::results::{ModuleKey, Results, Scenario, Verdict};
use std::collections::BTreeMap;
use std::fmt;

/// Ratios of bytes to the baseline: their mean and extremes.
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

impl Spread {
    /// None without values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let values: Vec<f64> = values.into_iter().collect();
        Some(Spread {
            mean: geometric_mean(values.iter().copied())?,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(0.0, f64::max),
            n: values.len(),
        })
    }
}

/// Lookup time on one module as a ratio to the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeRatio {
    /// The estimate.
    pub(crate) ratio: f64,
    /// Ends of its interval; both are the estimate where none is known.
    pub(crate) interval: (f64, f64),
}

/// The ratios of one scheme on each of the modules that were timed.
pub(crate) fn time_ratios(
    results: &Results,
    modules: &[ModuleKey],
    scheme: &str,
    scenario: Scenario,
) -> BTreeMap<ModuleKey, TimeRatio> {
    let rows = results.latencies.iter().flatten();
    rows.filter(|row| row.scheme == scheme && row.scenario() == scenario)
        .map(|row| {
            let end = |end: Option<f64>| end.unwrap_or(row.ratio);
            let ratio = TimeRatio {
                ratio: row.ratio,
                interval: (end(row.ratio_lo), end(row.ratio_hi)),
            };
            (row.key(), ratio)
        })
        .filter(|(key, _)| modules.contains(key))
        .collect()
}

/// Lookup time over modules as a ratio to the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanRatio {
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

impl MeanRatio {
    /// None without modules.
    pub(crate) fn of(ratios: impl IntoIterator<Item = TimeRatio>) -> Option<MeanRatio> {
        let ratios: Vec<TimeRatio> = ratios.into_iter().collect();
        Some(MeanRatio {
            ratio: geometric_mean(ratios.iter().map(|r| r.ratio))?,
            lo: geometric_mean(ratios.iter().map(|r| r.interval.0))?,
            hi: geometric_mean(ratios.iter().map(|r| r.interval.1))?,
            n: ratios.len(),
        })
    }

    /// Whether the interval keeps clear of 1, and on which side.
    pub(super) fn verdict(&self) -> Verdict {
        match (self.hi < 1.0, self.lo > 1.0) {
            (true, _) => Verdict::Faster,
            (_, true) => Verdict::Slower,
            _ => Verdict::Inconclusive,
        }
    }
}

impl fmt::Display for MeanRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&with_interval(self.ratio, self.lo, self.hi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_weighs_each_module_once() {
        let spread = Spread::of([0.25, 1.0]).unwrap();
        assert!((spread.mean - 0.5).abs() < 1e-12);
        assert_eq!((spread.min, spread.max, spread.n), (0.25, 1.0, 2));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_mean_keeps_its_interval_around_the_ratio() {
        let on_module = |ratio, lo, hi| TimeRatio {
            ratio,
            interval: (lo, hi),
        };
        let mean = MeanRatio::of([on_module(1.0, 0.9, 1.2), on_module(4.0, 3.6, 4.8)]).unwrap();
        assert!((mean.ratio - 2.0).abs() < 1e-12);
        assert!((mean.lo - 1.8).abs() < 1e-12 && (mean.hi - 2.4).abs() < 1e-12);
        assert_eq!(mean.verdict(), Verdict::Slower);
    }
}
