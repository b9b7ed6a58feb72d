//! The decision, from the data by the stated [`RULES`] and never by hand.

mod candidates;
mod judge;
mod outcome;
mod sensitivity;
mod weights;

pub use outcome::{Candidate, Constraint, Fate, Outcome, Score};
pub use sensitivity::{Sensitivity, Shares, Subset};
pub use weights::{Weights, WeightsError};

use super::headline::Headline;
use super::schemes::SchemeMeans;
use crate::results::Results;
use judge::Judge;

/// The rules in the order in which they are applied.
pub const RULES: [&str; 3] = [
    "1. Constraints: a candidate answers every PC exactly, encodes every module and is timed wherever others are; where faults were injected, no kind of fault is answered wrongly more often than `exact` does, each under the strictest policy that raises no false alarm. `exact` itself (keep today's format) always is a candidate. Controls never are.",
    "2. Dominance: a candidate goes if another is no larger and, wherever lookups were timed, faster beyond the noise: the intervals for these modules do not meet.",
    "3. Score: the weighted geometric mean of the ratios to `exact` over these modules. The lowest wins if it stays the lowest wherever the times lie in their intervals for these modules; otherwise, or where a time has no interval, the verdict is inconclusive.",
];

/// A verdict with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The modules and scenarios it is about.
    pub headline: Headline,
    /// The weights, zero where nothing was measured.
    pub weights: Weights,
    /// Every scheme and what became of it: ranked ones first, best on top.
    pub candidates: Vec<Candidate>,
    /// The verdict.
    pub outcome: Outcome,
    /// What would change it.
    pub sensitivity: Sensitivity,
}

/// Applies the [`RULES`] to the headline.
pub fn decide(results: &Results, weights: &Weights) -> Decision {
    let headline = Headline::of(results);
    let judge = Judge::new(results, *weights);
    let candidates = judge.candidates(&headline);
    Decision {
        weights: weights.limited_to(&headline),
        outcome: candidates::outcome(&candidates),
        sensitivity: sensitivity::analyse(&judge, &headline),
        candidates,
        headline,
    }
}

impl Decision {
    /// The means of a scheme.
    pub(crate) fn means(&self, scheme: &str) -> Option<&SchemeMeans> {
        let mut all = self.candidates.iter().map(|c| &c.means);
        all.find(|means| means.scheme.name == scheme)
    }

    /// The candidates that were ranked, best on top.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = (&SchemeMeans, Score)> {
        self.candidates.iter().filter_map(Candidate::ranked)
    }
}
