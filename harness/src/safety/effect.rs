//! What an answer to a faulty question means to the collector.

use super::fault::Fault;
use super::truth::Truth;
use crate::scheme::Answer;
use stackmap_encoders::Lookup;
use std::collections::BTreeMap;
use std::fmt;

/// What the runtime makes of `Missing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// As Wasmtime does: no references.
    Today,
    /// A fatal error.
    Strict,
}

impl Policy {
    pub const ALL: [Policy; 2] = [Policy::Today, Policy::Strict];
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Policy::Today => "today",
            Policy::Strict => "strict",
        })
    }
}

/// From the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// `Missing`, where that is fatal.
    Detected,
    /// The reader refused the section.
    ErrorValue,
    /// Nothing was wrong, but `Missing` is fatal.
    FalseAlarm,
    /// The right slots after all.
    Harmless,
    /// Slots that hold a reference elsewhere in the function, dead here.
    StaleRoot,
    /// A live reference is not visited.
    MissedRoot,
    /// Slots that never hold a reference in this function.
    BogusRoot,
    /// Slots outside the frame.
    OutOfFrame,
}

impl Effect {
    const ALL: [Effect; 8] = [
        Effect::Detected,
        Effect::ErrorValue,
        Effect::FalseAlarm,
        Effect::Harmless,
        Effect::StaleRoot,
        Effect::MissedRoot,
        Effect::BogusRoot,
        Effect::OutOfFrame,
    ];
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Detected => "detected",
            Effect::ErrorValue => "error value",
            Effect::FalseAlarm => "false alarm",
            Effect::Harmless => "harmless",
            Effect::StaleRoot => "stale root",
            Effect::MissedRoot => "missed root",
            Effect::BogusRoot => "bogus root",
            Effect::OutOfFrame => "out-of-frame slot",
        })
    }
}

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
    pub fn add(&mut self, effect: Effect) {
        *self.0.entry(effect).or_default() += 1;
    }

    /// Adds what a row of the CSV says.
    pub fn add_named(&mut self, outcome: &str, count: u64) {
        let known = Effect::ALL.into_iter().find(|e| e.to_string() == outcome);
        if let Some(effect) = known {
            *self.0.entry(effect).or_default() += count;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Effect, u64)> {
        self.0.iter().map(|(effect, count)| (*effect, *count))
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    fn sum(&self, of: impl Fn(Effect) -> bool) -> u64 {
        self.iter().filter(|(e, _)| of(*e)).map(|(_, n)| n).sum()
    }

    pub fn detected(&self) -> u64 {
        self.sum(|e| e < Effect::Harmless)
    }

    pub fn harmless(&self) -> u64 {
        self.sum(|e| e == Effect::Harmless)
    }

    pub fn harmful(&self) -> u64 {
        self.sum(|e| e > Effect::Harmless)
    }

    /// The harmful effects with their counts.
    pub fn harm(&self) -> String {
        let harm = self.iter().filter(|(e, _)| *e > Effect::Harmless);
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
