//! What an answer to a faulty question means to the collector.

use super::truth::Truth;
use crate::scheme::Answer;
use stackmap_encoders::Lookup;
use stackmap_reports::results::{Class, Effect, Fault, Policy};
use std::collections::BTreeMap;

/// Compares an answer with the truth about the safepoint at which the frame
/// `stands`; of several effects the worst counts.
pub fn classify(
    truth: &Truth,
    stands: u32,
    answer: &Answer,
    policy: Policy,
    fault: Fault,
) -> Effect {
    let frame = truth.at(stands);
    let nothing = |slots: &[u32]| match slots.is_empty() {
        true => Effect::Harmless,
        false => Effect::MissedRoot,
    };
    let map = match (answer, policy) {
        (Err(_), _) => return Effect::ErrorValue,
        (Ok(Lookup::Missing), Policy::Strict) => {
            let fine = fault.is_none() && frame.slots.is_empty();
            return if fine {
                Effect::FalseAlarm
            } else {
                Effect::Detected
            };
        }
        (Ok(Lookup::Missing | Lookup::Empty), _) => return nothing(&frame.slots),
        (Ok(Lookup::Map(map)), _) => map,
    };
    let extra = map
        .slots
        .iter()
        .filter(|s| frame.slots.binary_search(s).is_err());
    let extra = extra.map(|&slot| match () {
        // The frame of a function without maps is not known.
        () if frame.size.is_some_and(|size| slot >= size) => Effect::OutOfFrame,
        () if truth.ever_holds(stands, slot) => Effect::StaleRoot,
        () => Effect::BogusRoot,
    });
    let missed = frame
        .slots
        .iter()
        .any(|s| map.slots.binary_search(s).is_err());
    let missed = missed.then_some(Effect::MissedRoot);
    extra.chain(missed).max().unwrap_or(Effect::Harmless)
}

/// How often each effect was seen.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<Effect, u64>);

impl Counts {
    pub fn add(&mut self, effect: Effect, times: u64) {
        *self.0.entry(effect).or_default() += times;
    }

    pub fn iter(&self) -> impl Iterator<Item = (Effect, u64)> {
        self.0.iter().map(|(effect, count)| (*effect, *count))
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many effects were of this class.
    pub fn of(&self, class: Class) -> u64 {
        let of_class = self.iter().filter(|(effect, _)| effect.class() == class);
        of_class.map(|(_, count)| count).sum()
    }

    /// The harmful effects with their counts.
    pub fn harm(&self) -> String {
        let harm = self.iter().filter(|(e, _)| e.class() == Class::Harmful);
        let harm: Vec<String> = harm.map(|(e, n)| format!("{e} {n}")).collect();
        harm.join(", ")
    }
}
