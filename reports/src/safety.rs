//! What fault injection says of each scheme, in three classes.

use crate::format::{count, percent};
use crate::results::{BASELINE, Results, SafetyRow};
use crate::table::Table;
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

    pub(crate) fn of<'r>(rows: impl Iterator<Item = &'r SafetyRow>) -> Tally {
        let mut tally = Tally::default();
        rows.for_each(|row| tally.count(row));
        tally
    }

    fn count(&mut self, row: &SafetyRow) {
        match class_of(&row.outcome) {
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

/// Sorts an outcome by its name. One that is not known counts as harmful: a
/// new kind of wrong answer must not pass for a right one.
pub(crate) fn class_of(outcome: &str) -> Class {
    let outcome = outcome.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| outcome.contains(w));
    if has(&["detected", "error", "false alarm"]) {
        Class::Detected
    } else if has(&["harmless", "correct"]) {
        Class::Harmless
    } else {
        Class::Harmful
    }
}

/// Wrong PCs and what the writer was not told. Not among them are rows without
/// a fault, the control that no lookup can tell, and damaged sections: those
/// come from outside what Wasmtime trusts.
fn injected(row: &SafetyRow) -> bool {
    let apart = ["none:", "control:", "section:"];
    !apart.iter().any(|kind| row.fault.starts_with(kind))
}

/// Tallies of the injected faults by scheme and policy.
pub(crate) fn tallies(rows: &[SafetyRow]) -> BTreeMap<(String, String), Tally> {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for row in rows.iter().filter(|r| injected(r)) {
        let key = (row.scheme.clone(), row.policy.clone());
        tallies.entry(key).or_default().count(row);
    }
    tallies
}

/// Tallies by fault, then scheme, under one policy.
pub(crate) fn by_fault(
    rows: &[SafetyRow],
    policy: &str,
) -> BTreeMap<String, BTreeMap<String, Tally>> {
    let mut faults: BTreeMap<String, BTreeMap<String, Tally>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.policy == policy) {
        let schemes = faults.entry(row.fault.clone()).or_default();
        schemes.entry(row.scheme.clone()).or_default().count(row);
    }
    faults
}

/// Range merging without mandatory empties: the name it has in the file, and
/// what is asked of it.
const NAIVE: &str = "ranges-naive";
const AT_EMPTY: &str = "none: at an empty safepoint";

/// Downside 1 of wasmtime#10431.
const EMPTY_LEFT_OUT: &str = "writer: an empty map left out";

/// One line per module: what range merging without mandatory empty maps says
/// at safepoints where no reference is live.
pub(crate) fn naive_table(rows: &[SafetyRow]) -> Table {
    let mut modules: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
    let naive = |r: &&SafetyRow| r.scheme == NAIVE && r.fault == AT_EMPTY && r.policy == "today";
    for row in rows.iter().filter(naive) {
        let outcomes = modules.entry((&row.module, &row.isa)).or_default();
        *outcomes.entry(&row.outcome).or_default() += row.count;
    }
    let kinds = ["stale root", "bogus root", "out-of-frame slot"];
    let mut table = Table::new(2, ["module", "ISA", "empty safepoints tried", "wrong"]);
    table.head.extend(kinds.map(str::to_owned));
    for ((module, isa), outcomes) in modules {
        let tried: u64 = outcomes.values().sum();
        let of = |kind: &str| outcomes.get(kind).copied().unwrap_or(0);
        let wrong: u64 = kinds.iter().map(|kind| of(kind)).sum();
        let mut row = vec![module.to_owned(), isa.to_owned(), count(tried)];
        row.push(percent(wrong as f64 / tried.max(1) as f64));
        row.extend(kinds.map(|kind| count(of(kind))));
        table.push(row);
    }
    table
}

/// What a maintainer may quote. Empty if no faults were injected.
pub(crate) fn paragraph(results: &Results) -> Option<String> {
    let rows = results.safety.as_deref()?;
    let tallies = tallies(rows);
    let harmful = |scheme: &str, policy: &str| {
        let tally = tallies.get(&(scheme.to_owned(), policy.to_owned()));
        tally.map(|t| percent(t.share(Class::Harmful)))
    };
    let wrong = |scheme: &str, kind: &str| {
        let (policy, faults) = in_force(rows, scheme);
        let tally = faults.get(kind)?;
        Some((policy, percent(tally.share(Class::Harmful))))
    };
    let naive = naive_table(rows);
    let affected = naive.rows.iter().filter(|r| r[3] != percent(0.0)).count();
    let mut text = format!(
        "Wasmtime takes a missing entry to mean that no reference is live. So `{BASELINE}` answers {} of all wrong PCs and forgotten maps silently wrong, nearly always by missing roots; `ranges` {}. A fatal missing entry would notice almost all of them, but needs a scheme that records empty maps and can tell them from nothing.",
        harmful(BASELINE, "today")?,
        harmful("ranges", "today")?,
    );
    if let Some((policy, here)) = wrong("ranges", EMPTY_LEFT_OUT)
        && let Some((_, there)) = wrong(BASELINE, EMPTY_LEFT_OUT)
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
fn policy_of(rows: &[SafetyRow], scheme: &str) -> &'static str {
    let alarm = |r: &SafetyRow| {
        r.scheme == scheme && r.fault.starts_with("none:") && r.outcome == "false alarm"
    };
    let strict = |r: &SafetyRow| r.scheme == scheme && r.policy == "strict";
    if rows.iter().any(strict) && !rows.iter().any(alarm) {
        "strict"
    } else {
        "today"
    }
}

/// What a scheme makes of each kind of fault under the policy it can be run
/// under, and that policy. Empty if nothing was injected into it.
pub(crate) fn in_force(
    rows: &[SafetyRow],
    scheme: &str,
) -> (&'static str, BTreeMap<String, Tally>) {
    let policy = policy_of(rows, scheme);
    let mut faults: BTreeMap<String, Tally> = BTreeMap::new();
    let own = |r: &&SafetyRow| r.scheme == scheme && r.policy == policy && injected(r);
    for row in rows.iter().filter(own) {
        faults.entry(row.fault.clone()).or_default().count(row);
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
