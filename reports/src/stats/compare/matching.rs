//! Which rows of two runs belong together.

use super::change::{Missing, Pair, Ratio, SizeChange, SpeedChange};
use super::welch::{RunMean, Welch};
use crate::format::plural;
use crate::results::{
    BASELINE, Collector, Isa, LatencyRow, PooledRow, Scenario, SizeRow, Stratum, Tier,
    is_timing_control,
};
use crate::stats::timing::{holm, is_headline};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the first and of the second run.
type Both<T> = (Vec<T>, Vec<T>);

/// One scheme in one folder.
struct Side {
    /// What must agree for rows to be compared: scheme, modules and scenario.
    names: [String; 3],
    /// What rows that are corrected together have in common.
    family: String,
    is_headline: bool,
    ratio: Ratio,
    mean: RunMean,
}

/// What both runs have, and what only the first has.
pub(super) struct Matched<T> {
    pub(super) changes: Vec<T>,
    pub(super) missing: Vec<Missing>,
}

/// Changes by module, each on its own.
pub(super) fn cells(both: &Both<LatencyRow>, are_apart: bool) -> Matched<SpeedChange> {
    let side = |r: &LatencyRow| {
        let of = r.key().to_string();
        let scenario = format!("{}, {}, {}", r.queries, r.cache, r.timed);
        let interval = r.ratio_lo.zip(r.ratio_hi);
        Side {
            family: format!("{}, {of}, {scenario}", r.scheme),
            names: [r.scheme.clone(), of, scenario],
            is_headline: false,
            ratio: Ratio::new(r.ratio, interval),
            mean: RunMean::new(r.ratio, interval, r.runs, r.machines, are_apart),
        }
    };
    pair(both.0.iter().map(side), both.1.iter().map(side))
}

/// Changes pooled over modules, where both folders pooled the same ones.
pub(super) fn pooled(
    both: &Both<PooledRow>,
    cells: &Both<LatencyRow>,
    are_apart: bool,
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
    let comparable = both.1.iter().filter(|r| !differs(r));
    let side = |r: &PooledRow| pooled_side(r, are_apart);
    pair(both.0.iter().map(side), comparable.map(side))
}

fn pooled_side(r: &PooledRow, are_apart: bool) -> Side {
    let size = match r.stratum {
        Stratum::All => String::new(),
        stratum => format!("{stratum}, "),
    };
    let pool = format!("{size}{}/{}/{}", r.tier, r.isas, r.collector);
    // Both folders have these modules: what others would do does not matter.
    let interval = r.here_lo.zip(r.here_hi);
    Side {
        family: format!("{pool}, {}, {}", r.queries, r.timed),
        names: [
            r.scheme.clone(),
            format!("{}, {pool}", plural(r.n_modules, "module")),
            format!("{}, {}, {}", r.queries, r.cache, r.timed),
        ],
        is_headline: is_headline(r),
        ratio: Ratio::new(r.ratio, interval),
        mean: RunMean::new(r.ratio, interval, r.runs, r.machines, are_apart),
    }
}

/// Pairs the schemes of two folders by their names; controls are left out.
/// Error probabilities are corrected within each family.
fn pair(a: impl Iterator<Item = Side>, b: impl Iterator<Item = Side>) -> Matched<SpeedChange> {
    let mut others: BTreeMap<[String; 3], Side> =
        b.map(|side| (side.names.clone(), side)).collect();
    let (mut pairs, mut missing) = (Vec::new(), Vec::new());
    let mut families = BTreeMap::<String, Vec<usize>>::new();
    for a in a.filter(|side| !is_timing_control(&side.names[0])) {
        let b = others.remove(&a.names);
        let [scheme, of, scenario] = a.names;
        let Some(b) = b else {
            missing.push(Missing {
                scheme,
                of,
                scenario: Some(scenario),
            });
            continue;
        };
        families.entry(a.family).or_default().push(pairs.len());
        pairs.push(Pair {
            scheme,
            of,
            scenario,
            is_headline: a.is_headline,
            welch: Welch::of(a.mean, b.mean),
            a: (a.ratio, a.mean),
            b: (b.ratio, b.mean),
        });
    }
    let mut adjusted = vec![(1.0, 1); pairs.len()];
    for family in families.values() {
        let ps: Vec<f64> = family.iter().map(|&i| pairs[i].welch.p()).collect();
        for (&i, p) in family.iter().zip(holm(&ps)) {
            adjusted[i] = (p, family.len());
        }
    }
    let changes = pairs.into_iter().zip(adjusted);
    let changes = changes.map(|(pair, (p, rows))| pair.change(p, rows));
    Matched {
        changes: changes.collect(),
        missing,
    }
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
