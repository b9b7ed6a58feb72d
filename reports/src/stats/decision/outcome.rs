//! What the rules of the decision can come to.

use crate::format::{list, percent};
use crate::results::{BASELINE, Cache};
use crate::stats::safety::LessSafe;
use crate::stats::schemes::SchemeMeans;
use std::fmt;

/// A scheme and what the rules made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its means.
    pub means: SchemeMeans,
    /// How far it came.
    pub fate: Fate,
}

impl Candidate {
    /// Its means and its score, if it was ranked.
    pub(crate) fn ranked(&self) -> Option<(&SchemeMeans, Score)> {
        match self.fate {
            Fate::Ranked(score) => Some((&self.means, score)),
            Fate::Dominated(_) | Fate::Excluded(_) => None,
        }
    }
}

/// How far a scheme came.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was ranked by its score.
    Ranked(Score),
    /// Another scheme is better in everything that was measured.
    Dominated(String),
    /// It broke these constraints.
    Excluded(Vec<Constraint>),
}

/// What is asked of a candidate. Its text says how it was broken.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// It answers every PC exactly.
    Exact,
    /// It needs no Cranelift change.
    NoCraneliftChange,
    /// It is no control.
    NoControl,
    /// It encoded every module.
    Encoded {
        /// Those that it encoded.
        modules: usize,
        /// All.
        of: usize,
    },
    /// It was timed wherever others were.
    Timed {
        /// State of the caches.
        cache: Cache,
        /// Modules on which it was timed.
        modules: usize,
        /// Modules on which others were.
        of: usize,
    },
    /// It is no less safe than the baseline.
    LessSafe(LessSafe),
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constraint::Exact => f.write_str("is not exact"),
            Constraint::NoCraneliftChange => f.write_str("needs a Cranelift change"),
            Constraint::NoControl => f.write_str("is a control"),
            Constraint::Encoded { modules, of } => write!(f, "encoded {modules} of {of} modules"),
            Constraint::Timed { cache, modules, of } => {
                write!(f, "was timed {cache} on {modules} of {of} modules")
            }
            Constraint::LessSafe(LessSafe {
                fault,
                policy,
                here,
                there,
            }) => write!(
                f,
                "is less safe (`{fault}`, policy {policy}: {} answered wrongly, `{BASELINE}` {})",
                percent(*here),
                percent(*there)
            ),
        }
    }
}

/// Weighted geometric mean of the ratios to the baseline; below 1 is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// From the ratios themselves.
    pub value: f64,
    /// From the lower ends of their intervals.
    pub lo: f64,
    /// From the upper ends.
    pub hi: f64,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Score { value, lo, hi } = self;
        if lo == hi {
            return write!(f, "{value:.3}");
        }
        write!(f, "{value:.3} [{lo:.3}, {hi:.3}]")
    }
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// One scheme is best beyond the noise.
    Winner(String),
    /// The intervals of these schemes' scores reach into that of the lowest;
    /// in order of name, so that equal verdicts are equal.
    Inconclusive(Vec<String>),
    /// No module has stack maps.
    Nobody,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Winner(name) => write!(f, "`{name}`"),
            Outcome::Inconclusive(names) => {
                let quoted: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
                write!(f, "inconclusive ({})", list(&quoted))
            }
            Outcome::Nobody => f.write_str("no scheme, without stack maps"),
        }
    }
}
