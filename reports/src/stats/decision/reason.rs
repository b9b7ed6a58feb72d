//! Why a scheme is out of the question.

use super::candidate::Candidate;
use super::criterion::Criterion;
use super::evidence::{Evidence, Known};
use super::rules::Rules;
use crate::format::{module, percent, times};
use crate::results::{BASELINE, Fault, ModuleKey, Results};
use crate::stats::safety::LessSafe;
use std::fmt;

/// How a scheme broke a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// It does not answer every PC exactly.
    Inexact,
    /// It encoded some modules only.
    Encoded {
        /// Those.
        modules: usize,
        /// All.
        of: usize,
    },
    /// It is less safe than today's format.
    LessSafe(LessSafe),
    /// Somebody's file would be materially larger.
    LargerFile {
        /// Whose.
        module: ModuleKey,
        /// How large, as a ratio to today's.
        ratio: f64,
    },
    /// Somebody would wait materially longer.
    Slower {
        /// For what.
        criterion: Criterion,
        /// Where.
        execution: (String, String),
        /// How long, as a ratio to today's.
        ratio: f64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Inexact => f.write_str("is not exact"),
            Reason::Encoded { modules, of } => write!(f, "encoded {modules} of {of} modules"),
            Reason::LessSafe(found) => {
                let there = match found.fault {
                    Fault::EmptyLeftOut => "records none".to_owned(),
                    _ => percent(found.there),
                };
                write!(
                    f,
                    "is less safe (`{}`, policy {}: {} answered wrongly, `{BASELINE}` {there})",
                    found.fault,
                    found.policy,
                    percent(found.here)
                )
            }
            Reason::LargerFile { module: key, ratio } => {
                write!(
                    f,
                    "the `.cwasm` of {} is {} as large",
                    module(key),
                    times(*ratio)
                )
            }
            Reason::Slower {
                criterion,
                execution: (module, collector),
                ratio,
            } => write!(
                f,
                "{criterion} of {module} with {collector} takes {}",
                times(*ratio)
            ),
        }
    }
}

/// The rules 1 and 3.
pub(super) fn reasons(
    results: &Results,
    evidence: &Evidence,
    rules: &Rules,
    candidate: &Candidate,
) -> Vec<Reason> {
    let (name, scheme) = (candidate.name.as_str(), &candidate.scheme);
    if name == BASELINE {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    if !scheme.exact {
        reasons.push(Reason::Inexact);
    }
    let encoded = |of: &str| {
        let rows = results.sizes.iter();
        rows.filter(|row| row.scheme == of && row.ratio.is_some())
            .count()
    };
    let (modules, of) = (encoded(&scheme.name), encoded(BASELINE));
    if modules < of {
        reasons.push(Reason::Encoded { modules, of });
    }
    reasons.extend(evidence.less_safe(name).map(Reason::LessSafe));
    let largest = evidence.cwasm(name).max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((key, ratio)) = largest
        && ratio >= 1.0 + rules.threshold(Criterion::Cwasm)
    {
        reasons.push(Reason::LargerFile {
            module: key.clone(),
            ratio,
        });
    }
    for criterion in Criterion::TIMES {
        let slow = evidence.slower(criterion, name, Known::Shown, rules);
        if let Some(((module, collector), time)) =
            slow.max_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio))
        {
            reasons.push(Reason::Slower {
                criterion,
                execution: (module.clone(), collector.to_string()),
                ratio: time.ratio,
            });
        }
    }
    reasons
}
