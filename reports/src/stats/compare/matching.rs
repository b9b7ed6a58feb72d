//! Which rows of two runs belong together.

use super::change::{Missing, Ratio, SizeChange, SpeedChange};
use crate::format::plural;
use crate::results::{
    BASELINE, Collector, Isa, LatencyRow, PooledRow, Scenario, SizeRow, Tier, is_timing_control,
};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the first and of the second run.
type Both<T> = (Vec<T>, Vec<T>);

/// What must agree for rows to be compared: scheme, modules and scenario.
type Names = (String, String, String);

/// What both runs have, and what only the first has.
pub(super) struct Matched<T> {
    pub(super) changes: Vec<T>,
    pub(super) missing: Vec<Missing>,
}

/// Changes by module.
pub(super) fn cells(both: &Both<LatencyRow>) -> Matched<SpeedChange> {
    let describe = |r: &LatencyRow| {
        let of = r.key().to_string();
        let scenario = format!("{}, {}, {}", r.queries, r.cache, r.timed);
        (
            (r.scheme.clone(), of, scenario),
            Ratio::new(r.ratio, r.ratio_lo, r.ratio_hi),
        )
    };
    pair(both.0.iter().map(describe), both.1.iter().map(describe))
}

/// Changes pooled over modules, where both runs pooled the same ones.
pub(super) fn pooled(
    both: &Both<PooledRow>,
    cells: &Both<LatencyRow>,
    notes: &mut Vec<String>,
) -> Matched<SpeedChange> {
    let members = (Members::new(&cells.0), Members::new(&cells.1));
    let differs = |r: &&PooledRow| members.0.of(r) != members.1.of(r);
    let changed = both.0.iter().filter(differs).map(|r| &r.scheme);
    for scheme in changed.collect::<BTreeSet<_>>() {
        notes.push(format!(
            "{scheme}: not the same modules in both runs, so not all is pooled"
        ));
    }
    let describe = |r: &PooledRow| {
        let of = format!(
            "{}, {}/{}/{}",
            plural(r.n_modules, "module"),
            r.tier,
            r.isas,
            r.collector
        );
        let scenario = format!("{}, {}, {}", r.queries, r.cache, r.timed);
        // Both runs have these modules: what others would do does not matter.
        (
            (r.scheme.clone(), of, scenario),
            Ratio::new(r.ratio, r.here_lo, r.here_hi),
        )
    };
    let comparable = both.1.iter().filter(|r| !differs(r));
    pair(both.0.iter().map(describe), comparable.map(describe))
}

/// Pairs the schemes of two runs by their names; controls are left out.
fn pair(
    a: impl Iterator<Item = (Names, Ratio)>,
    b: impl Iterator<Item = (Names, Ratio)>,
) -> Matched<SpeedChange> {
    let others: BTreeMap<Names, Ratio> = b.collect();
    let (mut changes, mut missing) = (Vec::new(), Vec::new());
    for (names, a) in a.filter(|(names, _)| !is_timing_control(&names.0)) {
        let b = others.get(&names).copied();
        let (scheme, of, scenario) = names;
        match b {
            Some(b) => changes.push(SpeedChange {
                scheme,
                of,
                scenario,
                a,
                b,
                change: a.to(b),
            }),
            None => missing.push(Missing {
                scheme,
                of,
                scenario: Some(scenario),
            }),
        }
    }
    Matched { changes, missing }
}

/// Sections of modules that are the same in both runs.
pub(super) fn sizes(both: &Both<SizeRow>, notes: &mut Vec<String>) -> Matched<SizeChange> {
    let key = |r: &SizeRow| (r.scheme.clone(), r.key().to_string());
    let others: BTreeMap<_, &SizeRow> = both.1.iter().map(|r| (key(r), r)).collect();
    let mut changed = BTreeSet::new();
    let (mut changes, mut missing) = (Vec::new(), Vec::new());
    for a in &both.0 {
        let b = others.get(&key(a));
        let (scheme, module) = key(a);
        match b {
            None => missing.push(Missing {
                scheme,
                of: module,
                scenario: None,
            }),
            Some(b) if a.baseline_bytes == b.baseline_bytes => changes.push(SizeChange {
                scheme,
                module,
                bytes_a: a.bytes,
                bytes_b: b.bytes,
            }),
            Some(_) => {
                changed.insert(module);
            }
        }
    }
    for module in changed {
        notes.push(format!(
            "{module}: `{BASELINE}` differs in size, so this is not the same module"
        ));
    }
    Matched { changes, missing }
}

/// What the modules of a pooled row have in common.
type Scope<'a> = (&'a str, Tier, Collector, Scenario);

/// The modules of a run by what is pooled.
struct Members<'a>(BTreeMap<Scope<'a>, BTreeSet<(Isa, &'a str)>>);

impl<'a> Members<'a> {
    fn new(cells: &'a [LatencyRow]) -> Self {
        let mut members = BTreeMap::<_, BTreeSet<_>>::new();
        for r in cells {
            let pool = (r.scheme.as_str(), r.tier, r.collector, r.scenario());
            let member = (r.isa, r.module.as_str());
            members.entry(pool).or_default().insert(member);
        }
        Members(members)
    }

    /// The modules that a pooled row was made of.
    fn of(&self, r: &PooledRow) -> BTreeSet<(Isa, &'a str)> {
        let pool = (r.scheme.as_str(), r.tier, r.collector, r.scenario());
        let all = self.0.get(&pool).into_iter().flatten().copied();
        all.filter(|(isa, _)| r.isas.split('+').any(|name| name == isa.name()))
            .collect()
    }
}
