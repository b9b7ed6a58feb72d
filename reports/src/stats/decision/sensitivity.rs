//! What would change the answers: other thresholds, something left out, and
//! the weighted mean of old.

use super::answer::answers;
use super::evidence::{Evidence, Place};
use super::preferred;
use super::rules::Rules;
use crate::results::{Results, Stratum};
use crate::stats::headline::Headline;
use crate::stats::schemes::scheme_means;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Thresholds for the size of the file that are tried: from a tenth of a per
/// cent to a tenth, in steps of a quarter of an octave.
const CWASM: (f64, f64) = (0.001, 0.1);
const STEPS_PER_OCTAVE: f64 = 4.0;

/// Steps in which the weights of old are tried.
const GRID: u32 = 10;

/// What the rules come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// The answers, in the order of [`Question::ALL`](super::Question::ALL).
    pub answers: [Option<String>; 2],
    /// The scheme that is recommended.
    pub recommended: Option<String>,
}

impl Verdicts {
    fn of(results: &Results, evidence: &Evidence, rules: &Rules) -> Verdicts {
        let answers = answers(results, evidence, rules);
        let (_, recommended) = preferred(&answers, evidence, rules);
        Verdicts {
            answers: answers.map(|answer| answer.scheme),
            recommended,
        }
    }
}

/// Something that is different, and the verdicts then.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What is different.
    pub what: String,
    /// The verdicts.
    pub verdicts: Verdicts,
}

/// Neighbouring thresholds that give the same verdicts.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The smallest.
    pub from: f64,
    /// The largest.
    pub to: f64,
    /// The verdicts.
    pub verdicts: Verdicts,
}

/// A scheme, and in how many weightings its weighted mean is lowest.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighting {
    /// The scheme.
    pub scheme: String,
    /// In how many.
    pub lowest: usize,
    /// Of how many.
    pub of: usize,
}

/// What would change the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Thresholds halved and doubled, all and one at a time.
    pub thresholds: Vec<Change>,
    /// The threshold for the size of the file.
    pub cwasm: Vec<Span>,
    /// One module, toolchain, size, ISA, collector, execution or tier of executions left
    /// out.
    pub left_out: Vec<Change>,
    /// The weighted geometric mean of bytes, hot and cold lookups, by which
    /// this lab used to decide; for comparison.
    pub weightings: Vec<Weighting>,
}

/// Tries everything that could be different.
pub(super) fn analyse(
    results: &Results,
    headline: &Headline,
    rules: &Rules,
    evidence: &Evidence,
) -> Sensitivity {
    let under = |rules: &Rules| Verdicts::of(results, evidence, rules);
    Sensitivity {
        thresholds: thresholds(rules, !evidence.executed().is_empty(), &under),
        cwasm: cwasm(rules, &under),
        left_out: left_out(results, headline, rules, evidence),
        weightings: weightings(results, headline),
    }
}

/// Thresholds of times only if some were measured.
fn thresholds(rules: &Rules, is_executed: bool, under: &dyn Fn(&Rules) -> Verdicts) -> Vec<Change> {
    let is_measured = |name: &&str| is_executed || ["cwasm", "faults", "lines"].contains(name);
    let each = rules.named().into_iter().map(|(name, _)| name);
    let each = each.filter(is_measured).map(Some);
    let which = std::iter::once(None).chain(each);
    let changed = which.flat_map(|only| {
        [("halved", 0.5), ("doubled", 2.0)].map(|(how, by)| Change {
            what: match only {
                None => format!("all {how}"),
                Some(name) => format!("`{name}` {how}"),
            },
            verdicts: under(&rules.scaled(only, by)),
        })
    });
    changed.collect()
}

fn cwasm(rules: &Rules, under: &dyn Fn(&Rules) -> Verdicts) -> Vec<Span> {
    let (first, last) = CWASM;
    let steps = ((last / first).log2() * STEPS_PER_OCTAVE).round() as u32;
    let mut spans: Vec<Span> = Vec::new();
    for step in 0..=steps {
        let threshold = first * (last / first).powf(f64::from(step) / f64::from(steps));
        let verdicts = under(&rules.with_cwasm(threshold));
        match spans.last_mut() {
            Some(span) if span.verdicts == verdicts => span.to = threshold,
            _ => spans.push(Span {
                from: threshold,
                to: threshold,
                verdicts,
            }),
        }
    }
    spans
}

fn left_out(
    results: &Results,
    headline: &Headline,
    rules: &Rules,
    evidence: &Evidence,
) -> Vec<Change> {
    let tier = headline.tier;
    let without = |what: String, is_kept: &dyn Fn(&Place<'_>) -> bool| {
        let rest = Evidence::of(results, tier, is_kept);
        Change {
            what,
            verdicts: Verdicts::of(results, &rest, rules),
        }
    };
    let rows = || results.modules.iter().filter(|row| row.tier == tier);
    let modules: BTreeSet<&str> = rows().map(|row| row.module.as_str()).collect();
    let toolchains: BTreeSet<&str> = rows().map(|row| row.toolchain.as_str()).collect();
    let isas: BTreeSet<_> = rows().map(|row| row.isa).collect();
    let collectors: BTreeSet<_> = rows().map(|row| row.collector).collect();
    let mut changes = Vec::new();
    for left in modules {
        changes.push(without(format!("module {left}"), &|at| at.module != left));
    }
    for left in toolchains {
        let is_kept = |at: &Place<'_>| at.toolchain != Some(left);
        changes.push(without(format!("toolchain {left}"), &is_kept));
    }
    for left in [Stratum::Small, Stratum::Medium, Stratum::Large] {
        let is_kept = |at: &Place<'_>| at.stratum != Some(left);
        changes.push(without(format!("size {left}"), &is_kept));
    }
    for left in isas {
        let is_kept = |at: &Place<'_>| at.isa != Some(left);
        changes.push(without(format!("ISA {left}"), &is_kept));
    }
    for left in collectors {
        let is_kept = |at: &Place<'_>| at.collector != left;
        changes.push(without(format!("collector {left}"), &is_kept));
    }
    for left in evidence.executed() {
        let is_kept = |at: &Place<'_>| !at.is_execution || at.module != left;
        changes.push(without(format!("executions of {left}"), &is_kept));
    }
    let tiers: BTreeSet<_> = evidence.tiers().values().collect();
    for left in tiers {
        let is_kept =
            |at: &Place<'_>| !at.is_execution || evidence.tiers().get(at.module) != Some(left);
        let what = format!("executions of the tier {left}");
        changes.push(without(what, &is_kept));
    }
    changes
}

/// How often each exact scheme has the lowest weighted mean.
fn weightings(results: &Results, headline: &Headline) -> Vec<Weighting> {
    let means = scheme_means(results, headline);
    let mut lowest: BTreeMap<&str, usize> = BTreeMap::new();
    let mut of = 0;
    for hot in 0..=GRID {
        for cold in 0..=GRID - hot {
            let weights = [GRID - hot - cold, hot, cold].map(f64::from);
            let logs = means.iter().filter(|m| m.scheme.exact).filter_map(|m| {
                let ratios = [m.bytes?.mean, m.hot?.ratio, m.cold?.ratio];
                let terms = weights.iter().zip(ratios);
                let log: f64 = terms.map(|(weight, ratio)| weight * ratio.ln()).sum();
                Some((m.scheme.name.as_str(), log))
            });
            if let Some((name, _)) = logs.min_by(|a, b| a.1.total_cmp(&b.1)) {
                *lowest.entry(name).or_default() += 1;
                of += 1;
            }
        }
    }
    let counts = lowest.into_iter().map(|(scheme, lowest)| Weighting {
        scheme: scheme.to_owned(),
        lowest,
        of,
    });
    let mut counts: Vec<Weighting> = counts.collect();
    counts.sort_by_key(|weighting| Reverse(weighting.lowest));
    counts
}

impl Sensitivity {
    /// The changes under which another scheme, or none, is recommended, and which.
    pub(crate) fn changing(&self, from: Option<&str>) -> Vec<(String, Option<&str>)> {
        let thresholds = self.thresholds.iter().map(|change| (change, ""));
        let left_out = self.left_out.iter().map(|change| (change, "without "));
        let changes = thresholds.chain(left_out).map(|(change, how)| {
            let verdict = change.verdicts.recommended.as_deref();
            (format!("{how}{}", change.what), verdict)
        });
        changes.filter(|(_, verdict)| *verdict != from).collect()
    }

    /// How many changes were tried.
    pub(crate) fn tried(&self) -> usize {
        self.thresholds.len() + self.left_out.len()
    }
}
