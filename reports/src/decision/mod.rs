//! The decision, from the data by stated rules and never by hand:
//!
//! 1. **Constraints.** A candidate is exact, needs no Cranelift change, is
//!    marked recommendable, encoded and timed on every module of the headline,
//!    and is no less safe than `exact` where faults were injected. `exact`
//!    itself, which means keeping today's format, is always a candidate.
//! 2. **Dominance.** A candidate goes if another is no larger and its lookups,
//!    wherever they were timed, are faster beyond the noise (interval against
//!    interval).
//! 3. **Score.** The weighted geometric mean of its ratios to `exact`. The
//!    lowest wins, unless its interval overlaps that of the next: then the
//!    decision is inconclusive.

mod rank;
mod sensitivity;
mod text;

pub use rank::{Candidate, Fate, Outcome, Score};
pub use sensitivity::{Range, Sensitivity};
pub(crate) use text::{RULES, caveats, markdown, recommendation, score_table, sensitivity_tables};

use crate::figures::{Figures, figures};
use crate::results::Results;
use crate::safety::less_safe;
use crate::select::{Selection, headline};
use crate::weights::Weights;

/// A verdict with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The modules and scenarios it is about.
    pub selection: Selection,
    /// The weights, zero where nothing was measured.
    pub weights: Weights,
    /// Every scheme and what became of it: ranked ones first, best on top.
    pub candidates: Vec<Candidate>,
    /// The verdict.
    pub outcome: Outcome,
    /// What would change it.
    pub sensitivity: Sensitivity,
}

/// Applies the rules of this module to the headline selection.
pub fn decide(results: &Results, weights: &Weights) -> Decision {
    let selection = headline(results);
    let judge = Judge::new(results, weights);
    let candidates = judge.candidates(&selection, judge.weights);
    Decision {
        weights: weights.limited(selection.hot.is_some(), selection.cold.is_some()),
        outcome: rank::outcome(&candidates),
        sensitivity: sensitivity::analyse(&judge, &selection),
        candidates,
        selection,
    }
}

impl Decision {
    /// The figures of a scheme.
    pub(crate) fn figures(&self, scheme: &str) -> Option<&Figures> {
        let found = self
            .candidates
            .iter()
            .find(|c| c.figures.scheme.name == scheme);
        found.map(|c| &c.figures)
    }
}

/// The rules with all that does not change from one selection to the next.
struct Judge<'r> {
    results: &'r Results,
    weights: Weights,
    less_safe: std::collections::BTreeMap<String, String>,
}

impl<'r> Judge<'r> {
    fn new(results: &'r Results, weights: &Weights) -> Self {
        Judge {
            results,
            weights: *weights,
            less_safe: (results.schemes.iter())
                .filter_map(|s| Some((s.name.clone(), less_safe(results, &s.name)?)))
                .collect(),
        }
    }

    fn candidates(&self, selection: &Selection, weights: Weights) -> Vec<Candidate> {
        let all = figures(self.results, selection);
        self.judge(all, selection, weights)
    }

    fn judge(&self, all: Vec<Figures>, on: &Selection, weights: Weights) -> Vec<Candidate> {
        let weights = weights.limited(on.hot.is_some(), on.cold.is_some());
        rank::rank(all, on, weights, &self.less_safe)
    }

    fn outcome(&self, selection: &Selection) -> Outcome {
        rank::outcome(&self.candidates(selection, self.weights))
    }
}
