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

/// 95 % interval of a share (Wilson, JASA 1927).
pub fn wilson(count: u64, trials: u64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (trials as f64, count as f64 / trials as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (
        ((middle - half) / whole).max(0.0),
        ((middle + half) / whole).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        let (lo, hi) = wilson(10, 100);
        assert!(
            (lo - 0.0552).abs() < 1e-4 && (hi - 0.1744).abs() < 1e-4,
            "{lo} {hi}"
        );
        assert!(wilson(0, 50).0 < 1e-12);
        assert!(wilson(50, 50).1 > 0.999_999);
    }
}
