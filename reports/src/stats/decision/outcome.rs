//! What the rules of the decision can come to.

use crate::format::{list, percent};
use crate::results::{BASELINE, Cache, Fault};
use crate::stats::means::Interval;
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
            Constraint::Encoded { modules, of } => write!(f, "encoded {modules} of {of} modules"),
            Constraint::Timed { cache, modules, of } => {
                write!(f, "was timed {cache} on {modules} of {of} modules")
            }
            Constraint::LessSafe(LessSafe {
                fault,
                policy,
                here,
                there,
            }) => {
                let there = match fault {
                    Fault::EmptyLeftOut => "records none".to_owned(),
                    _ => percent(*there),
                };
                write!(
                    f,
                    "is less safe (`{fault}`, policy {policy}: {} answered wrongly, `{BASELINE}` {there})",
                    percent(*here)
                )
            }
        }
    }
}

/// Weighted geometric mean of the ratios to the baseline; below 1 is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// From the ratios themselves.
    pub value: f64,
    /// What it could be if all times lay at the same ends of their intervals
    /// for these modules; none if a time has no interval. It is compared, and
    /// never shown: it is no interval of the score.
    pub(super) range: Option<Interval>,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.value)
    }
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// One scheme is best beyond the noise.
    Winner(String),
    /// What these schemes' scores could be reaches into what the lowest could
    /// be; in order of name, so that equal verdicts are equal.
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
