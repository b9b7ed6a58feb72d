//! Geometric means over modules, one weight per module, never without their
//! spread or their interval. The intervals are those of `pooled.csv` and
//! `latency.csv`; none is made here.

use super::arithmetic::geometric_mean;
use crate::results::{BASELINE, ModuleKey, PooledRow, Results, Scenario, Verdict};
use std::collections::BTreeMap;

/// Ratios to the baseline: their mean and extremes.
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

/// Both ends of a 95 % interval.
pub type Interval = (f64, f64);

/// What the baseline is to itself, which needs no measuring.
const OF_BASELINE: Interval = (1.0, 1.0);

/// Lookup time on one module as a ratio to the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeRatio {
    /// The estimate.
    pub(crate) ratio: f64,
    /// Its interval, if the runs were enough for one.
    pub(crate) interval: Option<Interval>,
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
            let ratio = TimeRatio {
                ratio: row.ratio,
                interval: interval_of(scheme, row.ratio_lo, row.ratio_hi),
            };
            (row.key(), ratio)
        })
        .filter(|(key, _)| modules.contains(key))
        .collect()
}

fn interval_of(scheme: &str, lo: Option<f64>, hi: Option<f64>) -> Option<Interval> {
    match scheme {
        BASELINE => Some(OF_BASELINE),
        _ => lo.zip(hi),
    }
}

/// Lookup time over modules as a ratio to the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanRatio {
    /// Geometric mean of the modules' ratios.
    pub ratio: f64,
    /// Interval for these modules; none where runs are too few.
    pub these: Option<Interval>,
    /// Interval for modules like these.
    pub like_these: Option<Interval>,
    /// What may be said about modules like these; none where a control of the
    /// scenario did not come out as it must.
    pub verdict: Option<Verdict>,
    /// Modules.
    pub n: usize,
}

impl MeanRatio {
    /// What `pooled.csv` says.
    pub(crate) fn pooled(row: &PooledRow) -> MeanRatio {
        MeanRatio {
            ratio: row.ratio,
            these: interval_of(&row.scheme, row.here_lo, row.here_hi),
            like_these: interval_of(&row.scheme, row.ratio_lo, row.ratio_hi),
            verdict: Some(row.verdict),
            n: row.n_modules,
        }
    }

    /// The mean of modules that `pooled.csv` has no row for. Nothing is known
    /// of how sure it is. None without modules.
    pub(crate) fn without_interval(
        ratios: impl IntoIterator<Item = TimeRatio>,
    ) -> Option<MeanRatio> {
        let spread = Spread::of(ratios.into_iter().map(|r| r.ratio))?;
        Some(MeanRatio {
            ratio: spread.mean,
            these: None,
            like_these: None,
            verdict: Some(Verdict::Inconclusive),
            n: spread.n,
        })
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
    fn an_interval_needs_both_ends_except_for_the_baseline() {
        assert_eq!(interval_of("blocks", Some(0.9), None), None);
        assert_eq!(interval_of("blocks", None, None), None);
        assert_eq!(interval_of(BASELINE, None, None), Some(OF_BASELINE));
    }
}
