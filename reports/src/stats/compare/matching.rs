//! Which rows of two runs belong together.

use super::change::{Ratio, SizeChange, SpeedChange};
use crate::results::{
    BASELINE, Collector, Isa, LatencyRow, PooledRow, Scenario, SizeRow, Tier, is_timing_control,
};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the first and of the second run.
type Both<T> = (Vec<T>, Vec<T>);

/// What must agree for rows to be compared: scheme, modules and scenario.
type Names = (String, String, String);

/// Changes by module.
pub(super) fn cells(both: &Both<LatencyRow>) -> Vec<SpeedChange> {
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
    mut both: Both<PooledRow>,
    cells: &Both<LatencyRow>,
    notes: &mut Vec<String>,
) -> Vec<SpeedChange> {
    let members = (Members::new(&cells.0), Members::new(&cells.1));
    let mut changed = BTreeSet::new();
    both.0.retain(|r| {
        let same = members.0.of(r) == members.1.of(r);
        if !same {
            changed.insert(r.scheme.clone());
        }
        same
    });
    for scheme in changed {
        notes.push(format!(
            "{scheme}: not the same modules in both runs, so not all is pooled"
        ));
    }
    let describe = |r: &PooledRow| {
        let of = format!(
            "{} modules, {}/{}/{}",
            r.n_modules, r.tier, r.isas, r.collector
        );
        let scenario = format!("{}, {}, {}", r.queries, r.cache, r.timed);
        // Both runs have these modules: what others would do does not matter.
        (
            (r.scheme.clone(), of, scenario),
            Ratio::new(r.ratio, r.here_lo, r.here_hi),
        )
    };
    pair(both.0.iter().map(describe), both.1.iter().map(describe))
}

fn pair(
    a: impl Iterator<Item = (Names, Ratio)>,
    b: impl Iterator<Item = (Names, Ratio)>,
) -> Vec<SpeedChange> {
    let others: BTreeMap<Names, Ratio> = b.collect();
    let in_both = a.filter_map(|(names, a)| Some((others.get(&names).copied()?, names, a)));
    let schemes = in_both.filter(|(_, names, _)| !is_timing_control(&names.0));
    schemes
        .map(|(b, (scheme, of, scenario), a)| SpeedChange {
            scheme,
            of,
            scenario,
            a,
            b,
            change: a.to(b),
        })
        .collect()
}

/// Sections of modules that are the same in both runs.
pub(super) fn sizes(both: &Both<SizeRow>, notes: &mut Vec<String>) -> Vec<SizeChange> {
    let module = |r: &SizeRow| r.key().to_string();
    let key = |r: &SizeRow| (r.scheme.clone(), module(r));
    let others: BTreeMap<_, &SizeRow> = both.1.iter().map(|r| (key(r), r)).collect();
    let mut changed = BTreeSet::new();
    let mut sizes = Vec::new();
    for a in &both.0 {
        let Some(b) = others.get(&key(a)) else {
            continue;
        };
        if a.baseline_bytes == b.baseline_bytes {
            let (scheme, module) = key(a);
            sizes.push(SizeChange {
                scheme,
                module,
                bytes_a: a.bytes,
                bytes_b: b.bytes,
            });
        } else {
            changed.insert(module(a));
        }
    }
    for module in changed {
        notes.push(format!(
            "{module}: `{BASELINE}` differs in size, so this is not the same module"
        ));
    }
    sizes
}

/// Timings of schemes that only the first run has.
pub(super) fn timings_missing(both: &Both<LatencyRow>) -> Vec<String> {
    let name = |r: &LatencyRow| format!("{} on {}, {}", r.scheme, r.key(), r.scenario());
    let schemes = both.0.iter().filter(|r| !is_timing_control(&r.scheme));
    lacking(schemes.map(name), both.1.iter().map(name))
}

/// Sections that only the first run has.
pub(super) fn sizes_missing(both: &Both<SizeRow>) -> Vec<String> {
    let name = |r: &SizeRow| format!("{} on {}", r.scheme, r.key());
    lacking(both.0.iter().map(name), both.1.iter().map(name))
}

/// The names among the first that are not among the second.
fn lacking(a: impl Iterator<Item = String>, b: impl Iterator<Item = String>) -> Vec<String> {
    let there: BTreeSet<String> = b.collect();
    a.filter(|name| !there.contains(name)).collect()
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
