//! The decision, from the data by stated rules and never by hand:
//!
//! 1. **Constraints.** A candidate is exact, needs no Cranelift change, is
//!    marked recommendable, is encoded and timed on every module of the
//!    headline, and is no less safe than `exact` where faults were injected.
//!    `exact` itself, which means keeping today's format, is always a
//!    candidate.
//! 2. **Dominance.** A candidate goes if another is no larger and its lookups,
//!    wherever they were timed, are faster beyond the noise (interval against
//!    interval).
//! 3. **Score.** The weighted geometric mean of its ratios to `exact`. The
//!    lowest wins, unless its interval overlaps that of the next: then the
//!    decision is inconclusive.

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

/// Applies the rules of this module to the headline.
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
