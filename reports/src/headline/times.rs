//! Lookup times in words. The interval for these modules and the one for
//! modules like these are told apart wherever they stand.

use crate::format::{NONE, interval, times, with_interval};
use crate::stats::{MeanRatio, Spread};

/// Above a column of [`these`].
pub(crate) const THESE: &str = "these modules";
/// Above a column of [`like_these`].
pub(crate) const LIKE_THESE: &str = "modules like these";

/// `0.73× [0.70, 0.75]`, the interval for these modules.
pub(crate) fn these(mean: MeanRatio) -> String {
    with_interval(mean.ratio, mean.these)
}

/// `[0.59, 0.89] faster`, for modules like these.
pub(crate) fn like_these(mean: MeanRatio) -> String {
    match mean.like_these {
        Some((lo, hi)) if lo < hi => format!("{} {}", interval(lo, hi), verdict(mean)),
        Some(_) => NONE.to_owned(),
        None => verdict(mean),
    }
}

/// `0.73× [0.59, 0.89]`, the interval for modules like these.
pub(crate) fn estimated(mean: MeanRatio) -> String {
    with_interval(mean.ratio, mean.like_these)
}

/// `0.73× [0.59, 0.89] faster`, for modules like these.
pub(crate) fn judged(mean: MeanRatio) -> String {
    match mean.like_these {
        Some((lo, hi)) if lo == hi => times(mean.ratio),
        _ => format!("{} {}", estimated(mean), verdict(mean)),
    }
}

/// `0.73× faster`, where there is no room for an interval.
pub(crate) fn in_short(mean: MeanRatio) -> String {
    match mean.like_these {
        Some((lo, hi)) if lo == hi => times(mean.ratio),
        _ => format!("{} {}", times(mean.ratio), verdict(mean)),
    }
}

/// `faster`, or that the controls forbid a verdict.
fn verdict(mean: MeanRatio) -> String {
    match mean.verdict {
        Some(verdict) => verdict.to_string(),
        None => "(no verdict: a control failed)".to_owned(),
    }
}

/// `0.73× (0.62–0.91)`: a mean with its extremes; one module has none.
pub(crate) fn with_extremes(spread: Spread) -> String {
    match spread.n {
        1 => times(spread.mean),
        _ => format!(
            "{} ({:.2}–{:.2})",
            times(spread.mean),
            spread.min,
            spread.max
        ),
    }
}
