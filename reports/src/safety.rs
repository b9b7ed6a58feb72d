//! What fault injection says of each scheme, in three classes.

use crate::format::percent;
use crate::results::{BASELINE, Results, SafetyRow};
use std::collections::BTreeMap;

/// Share of harmful answers by which a scheme may exceed the baseline before
/// it counts as less safe: the faults are sampled, so equal is never quite so.
pub(crate) const TOLERANCE: f64 = 0.001;

/// What an outcome means to the program that goes on running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The fault was noticed.
    Detected,
    /// It was not, and the answer happened to be right.
    Harmless,
    /// It was not, and the answer was wrong.
    Harmful,
}

/// Counts over all modules and faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) detected: u64,
    pub(crate) harmless: u64,
    pub(crate) harmful: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Tally) {
        self.detected += other.detected;
        self.harmless += other.harmless;
        self.harmful += other.harmful;
    }

    pub(crate) fn total(&self) -> u64 {
        self.detected + self.harmless + self.harmful
    }

    pub(crate) fn share(&self, class: Class) -> f64 {
        let count = match class {
            Class::Detected => self.detected,
            Class::Harmless => self.harmless,
            Class::Harmful => self.harmful,
        };
        count as f64 / self.total().max(1) as f64
    }
}

/// Sorts an outcome by its name. One that is not known counts as harmful: a
/// new kind of wrong answer must not pass for a right one.
pub(crate) fn class_of(outcome: &str) -> Class {
    let outcome = outcome.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| outcome.contains(w));
    if has(&["detected", "error"]) {
        Class::Detected
    } else if has(&["harmless", "correct"]) {
        Class::Harmless
    } else {
        Class::Harmful
    }
}

/// Tallies by scheme and policy.
pub(crate) fn tallies(rows: &[SafetyRow]) -> BTreeMap<(String, String), Tally> {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for row in rows {
        let key = (row.scheme.clone(), row.policy.clone());
        let tally = tallies.entry(key).or_default();
        match class_of(&row.outcome) {
            Class::Detected => tally.detected += row.count,
            Class::Harmless => tally.harmless += row.count,
            Class::Harmful => tally.harmful += row.count,
        }
    }
    tallies
}

/// Schemes that answer a fault harmfully more often than the baseline does
/// under the same policy, each with the sentence that says so.
pub(crate) fn less_safe(results: &Results) -> BTreeMap<String, String> {
    let tallies = tallies(results.safety.as_deref().unwrap_or_default());
    let mut found = BTreeMap::new();
    for ((scheme, policy), tally) in &tallies {
        let Some(baseline) = tallies.get(&(BASELINE.to_owned(), policy.clone())) else {
            continue;
        };
        let (here, there) = (tally.share(Class::Harmful), baseline.share(Class::Harmful));
        if here > there + TOLERANCE {
            let reason = format!(
                "is less safe (policy {policy}: {} of the faults answered wrongly, `{BASELINE}` {})",
                percent(here),
                percent(there)
            );
            found.entry(scheme.clone()).or_insert(reason);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_sorted_and_the_unknown_is_harmful() {
        assert_eq!(class_of("detected"), Class::Detected);
        assert_eq!(class_of("error value"), Class::Detected);
        assert_eq!(class_of("harmless"), Class::Harmless);
        for harmful in [
            "stale root",
            "missed-root",
            "bogus_root",
            "out-of-frame slot",
            "new",
        ] {
            assert_eq!(class_of(harmful), Class::Harmful, "{harmful}");
        }
    }
}
