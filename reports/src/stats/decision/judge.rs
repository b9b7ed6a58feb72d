//! The rules with all that does not change from one set of modules to the next.

use super::candidates;
use super::outcome::{Candidate, Outcome};
use super::weights::Weights;
use crate::results::Results;
use crate::stats::headline::Headline;
use crate::stats::safety::LessSafe;
use crate::stats::schemes::{SchemeMeans, scheme_means};
use std::collections::BTreeMap;

/// Applies the rules to whatever modules and weights it is given.
pub(super) struct Judge<'r> {
    pub(super) results: &'r Results,
    pub(super) weights: Weights,
    less_safe: BTreeMap<String, LessSafe>,
}

impl<'r> Judge<'r> {
    pub(super) fn new(results: &'r Results, weights: Weights) -> Self {
        let schemes = results.schemes.iter();
        let less_safe =
            schemes.filter_map(|s| Some((s.name.clone(), LessSafe::of(results, &s.name)?)));
        Judge {
            results,
            weights,
            less_safe: less_safe.collect(),
        }
    }

    /// Every scheme and what becomes of it.
    pub(super) fn candidates(&self, headline: &Headline) -> Vec<Candidate> {
        let means = scheme_means(self.results, headline);
        self.judge(means, headline, self.weights)
    }

    /// The verdict on other modules.
    pub(super) fn outcome(&self, headline: &Headline) -> Outcome {
        candidates::outcome(&self.candidates(headline))
    }

    /// The scheme with the lowest score, however close the next one is.
    pub(super) fn lowest(&self, headline: &Headline) -> Option<String> {
        let candidates = self.candidates(headline);
        let (means, _) = candidates.iter().find_map(Candidate::ranked)?;
        Some(means.scheme.name.clone())
    }

    /// The verdict on means that are known already, under other weights.
    pub(super) fn outcome_of(
        &self,
        means: Vec<SchemeMeans>,
        headline: &Headline,
        weights: Weights,
    ) -> Outcome {
        candidates::outcome(&self.judge(means, headline, weights))
    }

    fn judge(
        &self,
        means: Vec<SchemeMeans>,
        headline: &Headline,
        weights: Weights,
    ) -> Vec<Candidate> {
        let weights = weights.limited_to(headline);
        candidates::judge(means, headline, weights, &self.less_safe)
    }
}
