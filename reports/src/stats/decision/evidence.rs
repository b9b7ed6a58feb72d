//! What was measured of each scheme in what users feel, and how far two of
//! them are apart.

use super::candidate::{Candidate, candidate_name};
use super::criterion::{Criterion, Difference, Gap};
use super::rules::Rules;
use crate::results::{
    AGAIN, BASELINE, Collector, Isa, ModuleKey, Results, Stratum, Tier, WasmtimeRow,
};
use crate::stats::headline::{maps_of, of_tier};
use crate::stats::means::Interval;
use crate::stats::safety::{InForce, LessSafe, all_in_force};
use crate::stats::timing::{ALPHA, t_quantile};
use std::collections::{BTreeMap, BTreeSet};

/// Modules below which a mean over them says nothing.
const ENOUGH_MODULES: usize = 5;

/// Where something was measured, for leaving it out.
pub(super) struct Place<'r> {
    pub(super) module: &'r str,
    /// Instruction set; none of an execution, which has this machine's.
    pub(super) isa: Option<Isa>,
    pub(super) collector: Collector,
    /// None of a module that `modules.csv` does not list.
    pub(super) toolchain: Option<&'r str>,
    /// None of a module that was not encoded.
    pub(super) stratum: Option<Stratum>,
    /// Whether it is an execution.
    pub(super) is_execution: bool,
}

/// An execution: the module and the collector that it ran under.
pub(super) type Execution = (String, Collector);

/// A time as a ratio to today's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Time {
    pub(super) ratio: f64,
    pub(super) interval: Option<Interval>,
    /// That the interval rests on.
    processes: u64,
    /// That a pause is the sum of.
    pub(super) collections: u64,
}

/// How much is known of a time that is materially longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All intervals of the scheme together show it.
    Shown,
    /// Its own interval leaves room for it.
    Possible,
}

impl Time {
    /// The lower end of its interval, so far down that those of all comparisons hold
    /// together (Bonferroni).
    fn lowest_of(self, comparisons: usize) -> Option<f64> {
        let (lo, hi) = self.interval?;
        let freedom = self.processes.checked_sub(1)? as f64;
        let wider = t_quantile(ALPHA / comparisons as f64, freedom) / t_quantile(ALPHA, freedom);
        Some(self.ratio / (hi / lo).sqrt().powf(wider))
    }
}

/// All that the rules ask for, by the names of the candidates.
pub(super) struct Evidence {
    /// What the rest is about.
    pub(super) candidates: Vec<Candidate>,
    /// By scheme and module, the whole file as a ratio to today's.
    cwasm: BTreeMap<String, BTreeMap<ModuleKey, f64>>,
    /// By criterion, scheme and execution.
    times: BTreeMap<Criterion, BTreeMap<String, BTreeMap<Execution, Time>>>,
    /// Of the modules that were executed.
    tiers: BTreeMap<String, Tier>,
    /// By scheme, what became of injected faults under the strictest policy that
    /// raises no false alarm.
    faults: BTreeMap<String, InForce>,
}

impl Evidence {
    /// What was measured on the modules of a tier and in executions, where
    /// `is_kept` says so.
    pub(super) fn of(
        results: &Results,
        tier: Tier,
        is_kept: &dyn Fn(&Place<'_>) -> bool,
    ) -> Evidence {
        let toolchain = |module: &str| {
            let mut rows = results.modules.iter();
            Some(rows.find(|row| row.module == module)?.toolchain.as_str())
        };
        let maps = maps_of(results);
        let stratum = |module: &str| {
            let own = maps.iter().filter(|(key, _)| key.module == module);
            own.map(|(_, maps)| Stratum::of_maps(*maps)).max()
        };
        let place = |module, isa: Option<Isa>, collector| Place {
            module,
            isa,
            collector,
            toolchain: toolchain(module),
            stratum: stratum(module),
            is_execution: isa.is_none(),
        };
        let mut cwasm: BTreeMap<String, BTreeMap<ModuleKey, f64>> = BTreeMap::new();
        let sizes = of_tier(results, tier);
        for row in sizes.filter(|row| is_kept(&place(&row.module, Some(row.isa), row.collector))) {
            if let Some(whole) = row.cwasm_bytes {
                let changed = row.bytes as f64 - row.baseline_bytes as f64;
                let ratio = 1.0 + changed / whole as f64;
                let own = cwasm.entry(row.scheme.clone()).or_default();
                own.insert(row.key(), ratio);
            }
        }
        let mut times: BTreeMap<_, BTreeMap<String, BTreeMap<_, Time>>> = BTreeMap::new();
        let mut tiers = BTreeMap::new();
        let rows = results.executions.iter().flatten();
        let is_tri_state = |scheme: &str| {
            let mut schemes = results.schemes.iter();
            schemes.any(|s| s.name == scheme && s.tri_state)
        };
        // Where a scheme can be strict, that is how it would be used.
        let rows = rows.filter(|row| row.strict == is_tri_state(&row.scheme));
        for row in rows.filter(|row| is_kept(&place(&row.module, None, row.collector))) {
            tiers.insert(row.module.clone(), row.tier);
            for criterion in Criterion::TIMES {
                if let Some(time) = time_of(row, criterion) {
                    let schemes = times.entry(criterion).or_default();
                    let own = schemes
                        .entry(candidate_name(&row.scheme, row.memo))
                        .or_default();
                    own.insert((row.module.clone(), row.collector), time);
                }
            }
        }
        let mut kept = BTreeMap::new();
        let rows = results.safety.iter().flatten().filter(|row| {
            let at = (row.module.as_str(), row.isa, row.collector);
            *kept
                .entry(at)
                .or_insert_with(|| is_kept(&place(at.0, Some(at.1), at.2)))
        });
        let mut faults = all_in_force(rows);
        // A memo changes neither the file nor an answer.
        let candidates = Candidate::all(results);
        for candidate in candidates.iter().filter(|c| c.memo > 0) {
            let of = &candidate.scheme.name;
            if let Some(own) = cwasm.get(of).cloned() {
                cwasm.insert(candidate.name.clone(), own);
            }
            if let Some(own) = faults.get(of).cloned() {
                faults.insert(candidate.name.clone(), own);
            }
        }
        Evidence {
            candidates,
            cwasm,
            times,
            tiers,
            faults,
        }
    }

    /// The file on each module; of the baseline too.
    pub(super) fn cwasm(&self, scheme: &str) -> impl Iterator<Item = (&ModuleKey, f64)> {
        let own = self.cwasm.get(scheme).into_iter().flatten();
        own.map(|(key, ratio)| (key, *ratio))
    }

    /// The fault in which a scheme is less safe than today's format, if it is.
    pub(super) fn less_safe(&self, scheme: &str) -> Option<LessSafe> {
        LessSafe::of(self.faults.get(scheme)?, self.faults.get(BASELINE)?)
    }

    /// A time in each execution that has it.
    pub(super) fn times(
        &self,
        criterion: Criterion,
        scheme: &str,
    ) -> impl Iterator<Item = (&Execution, Time)> {
        let own = self.times.get(&criterion).and_then(|all| all.get(scheme));
        own.into_iter().flatten().map(|(at, time)| (at, *time))
    }

    /// How far one scheme is from another; none if that was not measured.
    pub(super) fn gap(&self, criterion: Criterion, a: &str, b: &str) -> Option<Gap> {
        match criterion {
            Criterion::Cwasm => {
                let (a, b) = (self.cwasm.get(a)?, self.cwasm.get(b)?);
                let both = a.iter().filter_map(|(key, a)| Some(a - b.get(key)?));
                spread(both)
            }
            Criterion::Faults => {
                let (a, b) = (self.faults.get(a)?, self.faults.get(b)?);
                let [caught, lost, n] = a.families_against(b);
                let [caught, lost] = [caught, lost].map(|count| count as f64);
                Some(Gap {
                    mid: lost - caught,
                    lo: -caught,
                    hi: lost,
                    is_exact: true,
                    n,
                })
            }
            time => self.time_gap(time, a, b, |_| true),
        }
    }

    /// How far a scheme's times are from today's over the modules of each tier; nothing
    /// if all modules are of one.
    pub(super) fn gaps_by_tier(&self, scheme: &str) -> Vec<(Tier, Criterion, Gap)> {
        let tiers: BTreeSet<Tier> = self.tiers.values().copied().collect();
        if tiers.len() < 2 {
            return Vec::new();
        }
        let of = |tier: Tier| {
            let is_kept = move |module: &str| self.tiers.get(module) == Some(&tier);
            let gaps = Criterion::TIMES.into_iter().filter_map(move |criterion| {
                let gap = self.time_gap(criterion, scheme, BASELINE, is_kept)?;
                Some((tier, criterion, gap))
            });
            gaps.collect::<Vec<_>>()
        };
        tiers.into_iter().flat_map(of).collect()
    }

    /// The ratio of two schemes' times in the mean over these modules, less 1, with
    /// the interval for modules like these.
    fn time_gap(
        &self,
        criterion: Criterion,
        a: &str,
        b: &str,
        is_kept: impl Fn(&str) -> bool,
    ) -> Option<Gap> {
        let all = self.times.get(&criterion)?;
        let ratio = |scheme: &str, at: &Execution| match scheme {
            BASELINE => Some(1.0),
            _ => Some(all.get(scheme)?.get(at)?.ratio),
        };
        let executions: BTreeSet<&Execution> = all.values().flat_map(BTreeMap::keys).collect();
        let executions = executions.into_iter().filter(|at| is_kept(&at.0));
        over_modules(
            executions.filter_map(|at| Some((at.0.as_str(), ratio(a, at)? / ratio(b, at)?))),
        )
    }

    /// What the gap comes to.
    pub(super) fn difference(
        &self,
        criterion: Criterion,
        a: &str,
        b: &str,
        rules: &Rules,
    ) -> Difference {
        Difference::of(self.gap(criterion, a, b), rules.threshold(criterion))
    }

    /// In what `a` is materially better than `b`, if it is materially worse in
    /// nothing.
    pub(super) fn beats(&self, a: &str, b: &str, rules: &Rules) -> Option<Vec<Criterion>> {
        let differences = Criterion::ALL.map(|c| (c, self.difference(c, a, b, rules)));
        if differences.iter().any(|(_, found)| found.is_worse()) {
            return None;
        }
        let better = differences.into_iter();
        let better = better.filter(|(_, found)| *found == Difference::Better);
        let better: Vec<Criterion> = better.map(|(criterion, _)| criterion).collect();
        (!better.is_empty()).then_some(better)
    }

    /// Whether anything at all is known of a scheme.
    pub(super) fn is_measured(&self, scheme: &str) -> bool {
        let mut all = Criterion::ALL.into_iter();
        all.any(|criterion| self.gap(criterion, scheme, BASELINE).is_some())
    }

    /// Times of a scheme that have an interval, in all criteria.
    fn comparisons(&self, scheme: &str) -> usize {
        let times = Criterion::TIMES.into_iter();
        let times = times.flat_map(|criterion| self.times(criterion, scheme));
        times.filter(|(_, time)| time.interval.is_some()).count()
    }

    /// From what ratio on an execution is materially slower: beyond the threshold,
    /// and beyond what today's format built twice is shown to be anywhere.
    pub(super) fn limit(&self, criterion: Criterion, rules: &Rules) -> f64 {
        let comparisons = self.comparisons(AGAIN);
        let control = self.times(criterion, AGAIN);
        let reach = control.filter_map(|(_, time)| time.lowest_of(comparisons));
        reach.fold(1.0 + rules.threshold(criterion), f64::max)
    }

    /// The executions that a scheme slows down materially.
    pub(super) fn slower(
        &self,
        criterion: Criterion,
        scheme: &str,
        known: Known,
        rules: &Rules,
    ) -> impl Iterator<Item = (&Execution, Time)> {
        let limit = self.limit(criterion, rules);
        let comparisons = self.comparisons(scheme);
        let reaches = move |time: Time| match known {
            Known::Shown => time.lowest_of(comparisons).is_some_and(|lo| lo >= limit),
            Known::Possible => time.interval.is_none_or(|(_, hi)| hi >= limit),
        };
        self.times(criterion, scheme)
            .filter(move |(_, time)| reaches(*time))
    }

    /// The tiers of the modules that were executed.
    pub(super) fn tiers(&self) -> &BTreeMap<String, Tier> {
        &self.tiers
    }

    /// The modules that were executed.
    pub(super) fn executed(&self) -> BTreeSet<&str> {
        let schemes = self.times.values().flat_map(BTreeMap::values);
        let executions = schemes.flat_map(BTreeMap::keys);
        executions.map(|(module, _)| module.as_str()).collect()
    }
}

/// How far one format's times are from today's in the mean over the modules of these
/// executions; none of what has no time or of too few modules.
pub fn mean_of_executions<'r>(
    rows: impl IntoIterator<Item = &'r WasmtimeRow>,
    criterion: Criterion,
) -> Option<Gap> {
    let rows = rows.into_iter();
    over_modules(rows.filter_map(|row| Some((row.module.as_str(), time_of(row, criterion)?.ratio))))
}

/// The geometric mean of ratios by module, less 1, with the interval for modules like
/// these. A module counts once, whatever the collectors it ran under.
fn over_modules<'m>(ratios: impl Iterator<Item = (&'m str, f64)>) -> Option<Gap> {
    let mut modules: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (module, ratio) in ratios {
        modules.entry(module).or_default().push(ratio.ln());
    }
    let mean = |logs: &[f64]| logs.iter().sum::<f64>() / logs.len() as f64;
    let logs: Vec<f64> = modules.values().map(|logs| mean(logs)).collect();
    let n = logs.len();
    if n < ENOUGH_MODULES {
        return None;
    }
    let middle = mean(&logs);
    let squares: f64 = logs.iter().map(|log| (log - middle).powi(2)).sum();
    let error = (squares / ((n - 1) * n) as f64).sqrt();
    let half = t_quantile(ALPHA, (n - 1) as f64) * error;
    Some(Gap {
        mid: middle.exp_m1(),
        lo: (middle - half).exp_m1(),
        hi: (middle + half).exp_m1(),
        is_exact: false,
        n,
    })
}

/// The least and the most of what is known exactly.
fn spread(values: impl Iterator<Item = f64>) -> Option<Gap> {
    let values: Vec<f64> = values.collect();
    Some(Gap {
        mid: values.iter().sum::<f64>() / values.len().max(1) as f64,
        lo: values.iter().copied().reduce(f64::min)?,
        hi: values.iter().copied().reduce(f64::max)?,
        is_exact: true,
        n: values.len(),
    })
}

fn time_of(row: &WasmtimeRow, criterion: Criterion) -> Option<Time> {
    let (ratio, lo, hi) = match criterion {
        Criterion::Pause => (row.pause_ratio, row.pause_lo, row.pause_hi),
        Criterion::LoadBytes => (row.load_bytes_ratio, row.load_bytes_lo, row.load_bytes_hi),
        Criterion::LoadFile => (row.load_file_ratio, row.load_file_lo, row.load_file_hi),
        Criterion::Compile => (row.compile_ratio, row.compile_lo, row.compile_hi),
        Criterion::Cwasm | Criterion::Faults => return None,
    };
    Some(Time {
        ratio: ratio.filter(|ratio| *ratio > 0.0)?,
        interval: lo.zip(hi),
        processes: row.processes,
        collections: row.collections,
    })
}
