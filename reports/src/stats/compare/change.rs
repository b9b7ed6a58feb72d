//! One scheme in two runs.

use crate::stats::arithmetic::round;
use serde::Serialize;
use std::fmt;

/// A ratio and its 95 % interval, where one is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// The estimate.
    pub ratio: f64,
    /// Lower and upper end.
    pub interval: Option<(f64, f64)>,
}

/// One scheme in one scenario in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpeedChange {
    /// Name of the scheme.
    pub scheme: String,
    /// The module, or the tier whose modules are pooled.
    pub of: String,
    /// Instruction sets, collector, queries, cache and timed.
    pub scenario: String,
    /// Ratio to the baseline in the first run.
    pub a: Ratio,
    /// Ratio to the baseline in the second run.
    pub b: Ratio,
    /// The second over the first; above 1 the second run is slower.
    pub change: Ratio,
}

/// One section in both runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SizeChange {
    /// Name of the scheme.
    pub scheme: String,
    /// Module, instruction set and collector.
    pub module: String,
    /// Bytes in the first run.
    pub bytes_a: u64,
    /// Bytes in the second run.
    pub bytes_b: u64,
}

/// What the first run has and the second does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Name of the scheme.
    pub scheme: String,
    /// The module, or the tier whose modules are pooled.
    pub of: String,
    /// How it was timed; none if it is a size that is missing.
    pub scenario: Option<String>,
}

impl Ratio {
    pub(super) fn new(ratio: f64, lo: Option<f64>, hi: Option<f64>) -> Ratio {
        Ratio {
            ratio,
            interval: lo.zip(hi),
        }
    }

    /// `other` over `self`. The runs are independent, so the half-widths of
    /// the logarithms add up as squares do, each end with its opposite.
    pub(super) fn to(self, other: Ratio) -> Ratio {
        let ratio = other.ratio / self.ratio;
        let interval = self
            .interval
            .zip(other.interval)
            .map(|((a_lo, a_hi), (b_lo, b_hi))| {
                let below = (b_lo / other.ratio).ln().hypot((a_hi / self.ratio).ln());
                let above = (b_hi / other.ratio).ln().hypot((a_lo / self.ratio).ln());
                (
                    round(ratio * (-below).exp(), 6),
                    round(ratio * above.exp(), 6),
                )
            });
        Ratio {
            ratio: round(ratio, 6),
            interval,
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interval {
            Some((lo, hi)) => write!(f, "{:.3} [{lo:.3}, {hi:.3}]", self.ratio),
            None => write!(f, "{:.3} [?]", self.ratio),
        }
    }
}

impl fmt::Display for SpeedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpeedChange {
            scheme,
            of,
            scenario,
            a,
            b,
            change,
        } = self;
        write!(f, "{scheme}, {of}, {scenario}: {a} -> {b}, change {change}")
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Missing {
            scheme,
            of,
            scenario,
        } = self;
        match scenario {
            None => write!(f, "{scheme}, {of}: no size to compare with"),
            Some(scenario) => write!(f, "{scheme}, {of}, {scenario}: no timing to compare with"),
        }
    }
}

impl fmt::Display for SizeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SizeChange {
            scheme,
            module,
            bytes_a,
            bytes_b,
        } = self;
        write!(f, "{scheme}, {module}: {bytes_a} -> {bytes_b} bytes")?;
        if *bytes_a == 0 {
            return Ok(());
        }
        let percent = 100.0 * (*bytes_b as f64 / *bytes_a as f64 - 1.0);
        write!(f, " ({percent:+.2} %)")
    }
}
