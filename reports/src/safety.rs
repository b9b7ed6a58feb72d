//! What fault injection says of each scheme, in three classes.

use crate::format::{count, percent};
use crate::results::{
    BASELINE, Class, Effect, Fault, Isa, Policy, RANGES_NAIVE, Results, SafetyRow,
};
use crate::table::Table;
use std::collections::BTreeMap;

/// Share of harmful answers by which a scheme may exceed the baseline before
/// it counts as less safe: the faults are sampled, so equal is never quite so.
pub(crate) const TOLERANCE: f64 = 0.001;

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

    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r SafetyRow>) -> Tally {
        let mut tally = Tally::default();
        rows.for_each(|row| tally.count(row));
        tally
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

/// Tallies of the injected faults by scheme and policy.
pub(crate) fn tallies(rows: &[SafetyRow]) -> BTreeMap<(String, Policy), Tally> {
    let mut tallies: BTreeMap<(String, Policy), Tally> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.fault.is_injected()) {
        let key = (row.scheme.clone(), row.policy);
        tallies.entry(key).or_default().count(row);
    }
    tallies
}

/// Tallies by fault, then scheme, under one policy.
pub(crate) fn by_fault(
    rows: &[SafetyRow],
    policy: Policy,
) -> BTreeMap<&'static str, BTreeMap<String, Tally>> {
    let mut faults: BTreeMap<&str, BTreeMap<String, Tally>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.policy == policy) {
        let schemes = faults.entry(row.fault.name()).or_default();
        schemes.entry(row.scheme.clone()).or_default().count(row);
    }
    faults
}

/// One line per module: what range merging without mandatory empty maps says
/// at safepoints where no reference is live.
pub(crate) fn naive_table(rows: &[SafetyRow]) -> Table {
    let mut modules: BTreeMap<(&str, Isa), BTreeMap<Effect, u64>> = BTreeMap::new();
    let naive = |r: &&SafetyRow| {
        r.scheme == RANGES_NAIVE && r.fault == Fault::NoneEmpty && r.policy == Policy::Today
    };
    for row in rows.iter().filter(naive) {
        let outcomes = modules.entry((&row.module, row.isa)).or_default();
        *outcomes.entry(row.outcome).or_default() += row.count;
    }
    let kinds = [Effect::StaleRoot, Effect::BogusRoot, Effect::OutOfFrame];
    let mut table = Table::new(2, ["module", "ISA", "empty safepoints tried", "wrong"]);
    table.head.extend(kinds.map(|kind| kind.to_string()));
    for ((module, isa), outcomes) in modules {
        let tried: u64 = outcomes.values().sum();
        let of = |kind: &Effect| outcomes.get(kind).copied().unwrap_or(0);
        let wrong: u64 = kinds.iter().map(|kind| of(kind)).sum();
        let mut row = vec![module.to_owned(), isa.to_string(), count(tried)];
        row.push(percent(wrong as f64 / tried.max(1) as f64));
        row.extend(kinds.map(|kind| count(of(&kind))));
        table.push(row);
    }
    table
}

/// What a maintainer may quote. Empty if no faults were injected.
pub(crate) fn paragraph(results: &Results) -> Option<String> {
    let rows = results.safety.as_deref()?;
    let tallies = tallies(rows);
    let harmful = |scheme: &str, policy: Policy| {
        let tally = tallies.get(&(scheme.to_owned(), policy));
        tally.map(|t| percent(t.share(Class::Harmful)))
    };
    let wrong = |scheme: &str, kind: Fault| {
        let (policy, faults) = in_force(rows, scheme);
        let tally = faults.get(kind.name())?;
        Some((policy, percent(tally.share(Class::Harmful))))
    };
    let naive = naive_table(rows);
    let affected = naive.rows.iter().filter(|r| r[3] != percent(0.0)).count();
    let mut text = format!(
        "Wasmtime takes a missing entry to mean that no reference is live. So `{BASELINE}` answers {} of all wrong PCs and forgotten maps silently wrong, nearly always by missing roots; `ranges` {}. A fatal missing entry would notice almost all of them, but needs a scheme that records empty maps and can tell them from nothing.",
        harmful(BASELINE, Policy::Today)?,
        harmful("ranges", Policy::Today)?,
    );
    if let Some((policy, here)) = wrong("ranges", Fault::EmptyLeftOut)
        && let Some((_, there)) = wrong(BASELINE, Fault::EmptyLeftOut)
    {
        text += &format!(
            " What merging ranges adds: where Cranelift forgets one empty map, `ranges` answers wrongly at {here} of those safepoints (policy {policy}), `{BASELINE}` at {there}.",
        );
    }
    text += &format!(
        " Merging without mandatory empty maps gives wrong roots at safepoints of {affected} of {} modules, nothing else being wrong.",
        naive.rows.len()
    );
    Some(text)
}

/// The strictest policy a scheme can be run under. Treating a missing entry as
/// fatal needs one for every safepoint, or a sound program is stopped.
fn policy_of(rows: &[SafetyRow], scheme: &str) -> Policy {
    let alarm =
        |r: &SafetyRow| r.scheme == scheme && r.fault.is_none() && r.outcome == Effect::FalseAlarm;
    let strict = |r: &SafetyRow| r.scheme == scheme && r.policy == Policy::Strict;
    if rows.iter().any(strict) && !rows.iter().any(alarm) {
        Policy::Strict
    } else {
        Policy::Today
    }
}

/// What a scheme makes of each kind of fault under the policy it can be run
/// under, and that policy. Empty if nothing was injected into it.
pub(crate) fn in_force(
    rows: &[SafetyRow],
    scheme: &str,
) -> (Policy, BTreeMap<&'static str, Tally>) {
    let policy = policy_of(rows, scheme);
    let mut faults: BTreeMap<&str, Tally> = BTreeMap::new();
    let own = |r: &&SafetyRow| r.scheme == scheme && r.policy == policy && r.fault.is_injected();
    for row in rows.iter().filter(own) {
        faults.entry(row.fault.name()).or_default().count(row);
    }
    (policy, faults)
}

/// Why a scheme is less safe than the baseline: the kind of fault that it
/// answers wrongly more often, by the largest margin, each of the two under
/// the policy it can be run under.
pub(crate) fn less_safe(results: &Results, scheme: &str) -> Option<String> {
    let rows = results.safety.as_deref()?;
    let (_, base) = in_force(rows, BASELINE);
    let (policy, own) = in_force(rows, scheme);
    let margins = own.iter().filter_map(|(fault, tally)| {
        let there = base.get(fault)?.share(Class::Harmful);
        Some((fault, tally.share(Class::Harmful), there))
    });
    let (fault, here, there) = margins.max_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)))?;
    (here > there + TOLERANCE).then(|| {
        format!(
            "is less safe (`{fault}`, policy {policy}: {} answered wrongly, `{BASELINE}` {})",
            percent(here),
            percent(there)
        )
    })
}
