//! One scheme in two runs.

use super::welch::{RunMean, Welch};
use crate::format::plural;
use crate::stats::arithmetic::round;
use crate::stats::timing::ALPHA;
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
    /// The second over the first; above 1 the second folder is slower. The
    /// interval is right for one row, not for the most striking of many.
    pub change: Ratio,
    /// Runs behind the row in the first folder and in the second.
    pub runs: (usize, usize),
    /// What may be said, corrected for the number of rows.
    pub verdict: ChangeVerdict,
    /// The least change, as a fraction, that the runs could have told.
    pub detectable: f64,
    /// Whether the gate looks at the row.
    pub is_headline: bool,
}

/// What may be said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeVerdict {
    /// Slower, beyond doubt.
    Slower,
    /// Faster, beyond doubt.
    Faster,
    /// No difference, as far as the runs can tell.
    Same,
    /// Too few runs, and no difference so large that it shows all the same.
    CannotTell,
}

impl fmt::Display for ChangeVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ChangeVerdict::Slower => "slower",
            ChangeVerdict::Faster => "faster",
            ChangeVerdict::Same => "same",
            ChangeVerdict::CannotTell => "cannot tell",
        })
    }
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
    pub(super) fn new(ratio: f64, interval: Option<(f64, f64)>) -> Ratio {
        Ratio { ratio, interval }
    }
}

/// One row in two folders, before it is known how many rows there are.
pub(super) struct Pair {
    pub(super) scheme: String,
    pub(super) of: String,
    pub(super) scenario: String,
    pub(super) is_headline: bool,
    pub(super) a: (Ratio, RunMean),
    pub(super) b: (Ratio, RunMean),
    pub(super) welch: Welch,
}

impl Pair {
    /// The change, with its error probability as corrected in a family of
    /// so many rows.
    pub(super) fn change(self, p: f64, rows: usize) -> SpeedChange {
        let ratio = |log: f64| round(log.exp(), 6);
        let estimate = self.welch.0;
        let (lo, hi) = estimate.interval(ALPHA);
        let is_known = self.a.1.is_known() && self.b.1.is_known();
        let verdict = match (p <= ALPHA, estimate.log > 0.0) {
            (true, true) => ChangeVerdict::Slower,
            (true, false) => ChangeVerdict::Faster,
            (false, _) if is_known => ChangeVerdict::Same,
            (false, _) => ChangeVerdict::CannotTell,
        };
        SpeedChange {
            scheme: self.scheme,
            of: self.of,
            scenario: self.scenario,
            a: self.a.0,
            b: self.b.0,
            change: Ratio {
                ratio: ratio(estimate.log),
                interval: Some((ratio(lo), ratio(hi))),
            },
            runs: (self.a.1.runs, self.b.1.runs),
            verdict,
            detectable: round(self.welch.detectable(rows), 6),
            is_headline: self.is_headline,
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
            runs,
            verdict,
            detectable,
            ..
        } = self;
        write!(
            f,
            "{scheme}, {of}, {scenario}: {a} -> {b}, change {change}: {verdict} ({} and {} could tell {:.1} %)",
            runs.0,
            plural(runs.1, "run"),
            100.0 * detectable
        )
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
