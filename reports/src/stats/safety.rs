//! What fault injection says of each scheme, in three classes.

use crate::results::{
    Class, Effect, Family, Fault, Isa, Policy, RANGES_NAIVE, Results, SafetyRow, SchemeRow,
};
use std::collections::BTreeMap;

/// Share of harmful answers by which a scheme may exceed the baseline before
/// it counts as less safe: the faults are sampled, so equal is never quite so.
const TOLERANCE: f64 = 0.001;

/// How many answers fall into each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    detected: u64,
    harmless: u64,
    harmful: u64,
}

impl Tally {
    /// The tally of some rows.
    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r SafetyRow>) -> Tally {
        let mut tally = Tally::default();
        rows.for_each(|row| tally.count(row));
        tally
    }

    /// The tally of all faults together.
    pub(crate) fn sum<'t>(tallies: impl Iterator<Item = &'t Tally>) -> Tally {
        tallies.fold(Tally::default(), |sum, tally| Tally {
            detected: sum.detected + tally.detected,
            harmless: sum.harmless + tally.harmless,
            harmful: sum.harmful + tally.harmful,
        })
    }

    fn count(&mut self, row: &SafetyRow) {
        match row.outcome.class() {
            Class::Detected => self.detected += row.count,
            Class::Harmless => self.harmless += row.count,
            Class::Harmful => self.harmful += row.count,
        }
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

/// Tallies by the name of the fault, then by scheme, under one policy.
pub(crate) fn by_fault(
    rows: &[SafetyRow],
    policy: Policy,
) -> BTreeMap<&'static str, BTreeMap<&str, Tally>> {
    let mut faults: BTreeMap<_, BTreeMap<&str, Tally>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.policy == policy) {
        let schemes = faults.entry(row.fault.name()).or_default();
        schemes.entry(&row.scheme).or_default().count(row);
    }
    faults
}

/// The tally of one kind of damage to a scheme's section, as Wasmtime is
/// today.
pub(crate) fn of_damage(rows: &[SafetyRow], scheme: &str, damage: Fault) -> Tally {
    let own = rows.iter().filter(|row| row.scheme == scheme);
    Tally::of(own.filter(|row| row.fault == damage && row.policy == Policy::Today))
}

/// The strictest policy a scheme can be run under. Treating a missing entry as
/// fatal needs one for every safepoint, or a sound program is stopped.
fn policy_of(own: &[&SafetyRow]) -> Policy {
    let is_alarm = |row: &&SafetyRow| row.fault.is_none() && row.outcome == Effect::FalseAlarm;
    if own.iter().any(|row| row.policy == Policy::Strict) && !own.iter().any(is_alarm) {
        Policy::Strict
    } else {
        Policy::Today
    }
}

/// What a scheme makes of each injected fault under the strictest policy that
/// it can be run under.
#[derive(Clone)]
pub(crate) struct InForce {
    pub(crate) policy: Policy,
    /// Empty if nothing was injected into the scheme.
    pub(crate) faults: BTreeMap<Fault, Tally>,
}

/// The tallies of a scheme's own rows under the policy that is in force for it.
fn in_force(own: &[&SafetyRow]) -> InForce {
    let policy = policy_of(own);
    let mut faults: BTreeMap<Fault, Tally> = BTreeMap::new();
    let counted = own
        .iter()
        .filter(|row| row.policy == policy && row.fault.is_injected());
    for row in counted {
        faults.entry(row.fault).or_default().count(row);
    }
    InForce { policy, faults }
}

/// The same for every scheme into which faults were injected, by its name.
pub(super) fn all_in_force<'r>(
    rows: impl Iterator<Item = &'r SafetyRow>,
) -> BTreeMap<String, InForce> {
    let mut schemes: BTreeMap<&str, Vec<&SafetyRow>> = BTreeMap::new();
    for row in rows {
        schemes.entry(&row.scheme).or_default().push(row);
    }
    let all = schemes.into_iter();
    let all = all.map(|(scheme, own)| (scheme.to_owned(), in_force(&own)));
    all.filter(|(_, own)| !own.faults.is_empty()).collect()
}

impl InForce {
    /// In how many families of fault fewer answers are wrong than with another scheme,
    /// in how many more are, and how many there are. A family in which one kind of
    /// fault is answered wrongly more often is lost, whatever the other kinds are.
    pub(super) fn families_against(&self, other: &InForce) -> [usize; 3] {
        let mut families: BTreeMap<Family, (bool, bool)> = BTreeMap::new();
        for (fault, own) in &self.faults {
            if let (Some(family), Some(other)) = (fault.family(), other.faults.get(fault)) {
                let gap = own.share(Class::Harmful) - other.share(Class::Harmful);
                let (fewer, more) = families.entry(family).or_default();
                *fewer |= gap < -TOLERANCE;
                *more |= gap > TOLERANCE;
            }
        }
        let count =
            |counts: fn(&(bool, bool)) -> bool| families.values().filter(|f| counts(f)).count();
        [
            count(|(fewer, more)| *fewer && !more),
            count(|(_, more)| *more),
            families.len(),
        ]
    }
}

/// What one kind of fault comes to as Wasmtime is today: what no scheme
/// avoids, and what each adds to it.
pub(crate) struct Harm<'r> {
    pub(crate) fault: Fault,
    /// The least share of wrong answers that any scheme gives.
    pub(crate) whatever: f64,
    /// By scheme the share of wrong answers beyond that; none where the fault
    /// cannot happen to the scheme.
    pub(crate) added: Vec<(&'r str, Option<f64>)>,
}

/// Every injected fault, over all modules together.
pub(crate) fn harms(results: &Results) -> Vec<Harm<'_>> {
    let rows = results.safety.iter().flatten();
    let rows = rows.filter(|row| row.policy == Policy::Today && row.fault.is_injected());
    let mut faults: BTreeMap<Fault, BTreeMap<&str, Tally>> = BTreeMap::new();
    for row in rows {
        let schemes = faults.entry(row.fault).or_default();
        schemes.entry(row.scheme.as_str()).or_default().count(row);
    }
    let harm = |(fault, tallies): (Fault, BTreeMap<&str, Tally>)| {
        let share = |scheme: &SchemeRow| {
            // One that records no empty map cannot be without one.
            let can_happen = fault != Fault::EmptyLeftOut || scheme.records_empties;
            let tally = tallies.get(scheme.name.as_str()).filter(|_| can_happen);
            tally.map(|tally| tally.share(Class::Harmful))
        };
        let shares = results.schemes.iter().map(|s| (s.name.as_str(), share(s)));
        let shares: Vec<(&str, Option<f64>)> = shares.collect();
        let known = shares.iter().filter_map(|(_, share)| *share);
        let whatever = known.reduce(f64::min)?;
        let added = shares.into_iter();
        Some(Harm {
            fault,
            whatever,
            added: added
                .map(|(s, share)| (s, share.map(|share| share - whatever)))
                .collect(),
        })
    };
    faults.into_iter().filter_map(harm).collect()
}

/// What each scheme makes of every fault that can be run with a fatal missing
/// entry and raises no false alarm.
pub(crate) fn strict(results: &Results) -> Vec<(&str, BTreeMap<Fault, Tally>)> {
    let Some(rows) = results.safety.as_deref() else {
        return Vec::new();
    };
    let mut forced = all_in_force(rows.iter());
    let schemes = results.schemes.iter();
    let forced = schemes.filter_map(|s| Some((s.name.as_str(), forced.remove(&s.name)?)));
    let strict = forced.filter(|(_, own)| own.policy == Policy::Strict);
    strict.map(|(name, own)| (name, own.faults)).collect()
}

/// The fault that a scheme answers wrongly more often than the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct LessSafe {
    /// The fault.
    pub fault: Fault,
    /// The policy in force for the scheme.
    pub policy: Policy,
    /// Share of wrong answers of the scheme.
    pub here: f64,
    /// Share of wrong answers of the baseline, under its own policy.
    pub there: f64,
}

impl LessSafe {
    /// The fault with the largest margin; none if no margin counts.
    pub(super) fn of(own: &InForce, baseline: &InForce) -> Option<LessSafe> {
        let margins = own.faults.iter().filter_map(|(&fault, tally)| {
            Some(LessSafe {
                fault,
                policy: own.policy,
                here: tally.share(Class::Harmful),
                there: baseline.faults.get(&fault)?.share(Class::Harmful),
            })
        });
        let margin = |found: &LessSafe| found.here - found.there;
        let worst = margins.max_by(|a, b| margin(a).total_cmp(&margin(b)))?;
        (worst.here > worst.there + TOLERANCE).then_some(worst)
    }
}

/// What range merging without mandatory empty maps says at the safepoints of
/// one module where no reference is live.
pub(crate) struct AtEmpties<'r> {
    pub(crate) module: &'r str,
    pub(crate) isa: Isa,
    effects: BTreeMap<Effect, u64>,
}

impl AtEmpties<'_> {
    /// The ways in which it can be wrong there.
    pub(crate) const WRONG: [Effect; 3] =
        [Effect::StaleRoot, Effect::BogusRoot, Effect::OutOfFrame];

    /// Safepoints tried.
    pub(crate) fn tried(&self) -> u64 {
        self.effects.values().sum()
    }

    /// How often it is wrong in one way.
    pub(crate) fn count(&self, effect: Effect) -> u64 {
        self.effects.get(&effect).copied().unwrap_or(0)
    }

    /// Share of the safepoints at which it is wrong.
    pub(crate) fn share_wrong(&self) -> f64 {
        let wrong: u64 = Self::WRONG.iter().map(|effect| self.count(*effect)).sum();
        wrong as f64 / self.tried().max(1) as f64
    }
}

/// What the control [`RANGES_NAIVE`] says at empty safepoints, by module.
pub(crate) fn naive_at_empties(rows: &[SafetyRow]) -> Vec<AtEmpties<'_>> {
    let mut modules: BTreeMap<(&str, Isa), BTreeMap<Effect, u64>> = BTreeMap::new();
    let naive = rows.iter().filter(|row| row.scheme == RANGES_NAIVE);
    for row in naive.filter(|row| row.fault == Fault::NoneEmpty && row.policy == Policy::Today) {
        let effects = modules.entry((&row.module, row.isa)).or_default();
        *effects.entry(row.outcome).or_default() += row.count;
    }
    let modules = modules.into_iter();
    let modules = modules.map(|((module, isa), effects)| AtEmpties {
        module,
        isa,
        effects,
    });
    modules.collect()
}
