//! Constraints, dominance, score: from means to a ranking.

use super::outcome::{Candidate, Constraint, Fate, Outcome, Score};
use super::weights::Weights;
use crate::results::{BASELINE, Cache};
use crate::stats::headline::Headline;
use crate::stats::means::MeanRatio;
use crate::stats::safety::LessSafe;
use crate::stats::schemes::SchemeMeans;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What every candidate has to have been measured on, if others were.
struct Measured {
    modules: usize,
    hot: usize,
    cold: usize,
}

/// Judges every scheme; ranked ones come first, the lowest score on top.
pub(super) fn judge(
    all: Vec<SchemeMeans>,
    headline: &Headline,
    weights: Weights,
    less_safe: &BTreeMap<String, LessSafe>,
) -> Vec<Candidate> {
    let timed = |time: fn(&SchemeMeans) -> Option<MeanRatio>| {
        let counts = all.iter().filter_map(time).map(|mean| mean.n);
        counts.max().unwrap_or(0)
    };
    let measured = Measured {
        modules: headline.modules.len(),
        hot: timed(|means| means.hot),
        cold: timed(|means| means.cold),
    };
    let broken = |means: &SchemeMeans| {
        let mut broken = broken_constraints(means, &measured);
        let fault = less_safe.get(&means.scheme.name).cloned();
        broken.extend(fault.map(Constraint::LessSafe));
        broken
    };
    let broken: Vec<Vec<Constraint>> = all.iter().map(broken).collect();
    let judged = || all.iter().zip(&broken);
    let admitted = judged().filter(|(_, broken)| broken.is_empty());
    let admitted: Vec<&SchemeMeans> = admitted.map(|(means, _)| means).collect();
    let fate = |(means, broken): (&SchemeMeans, &Vec<Constraint>)| {
        if !broken.is_empty() {
            return Fate::Excluded(broken.clone());
        }
        match admitted.iter().find(|other| dominates(other, means)) {
            Some(other) => Fate::Dominated(other.scheme.name.clone()),
            None => Fate::Ranked(score(means, weights)),
        }
    };
    let fates: Vec<Fate> = judged().map(fate).collect();
    let candidates = all.into_iter().zip(fates);
    let mut candidates: Vec<Candidate> = candidates
        .map(|(means, fate)| Candidate { means, fate })
        .collect();
    candidates.sort_by(|a, b| by_fate(&a.fate, &b.fate));
    candidates
}

/// The verdict on a ranking.
pub(super) fn outcome(candidates: &[Candidate]) -> Outcome {
    let ranked = candidates.iter().filter_map(Candidate::ranked);
    let mut ranked = ranked.filter(|(means, _)| means.bytes.is_some());
    let Some((first, score)) = ranked.next() else {
        return Outcome::Nobody;
    };
    let first = first.scheme.name.clone();
    let close = ranked.filter(|(_, other)| !is_clear(&score, other));
    let mut names: Vec<String> = close.map(|(means, _)| means.scheme.name.clone()).collect();
    if names.is_empty() {
        return Outcome::Winner(first);
    }
    names.push(first);
    names.sort();
    Outcome::Inconclusive(names)
}

/// Whether a score is below another whatever the times are within their
/// intervals. Nothing is clear of a time without an interval.
fn is_clear(score: &Score, other: &Score) -> bool {
    let ranges = score.range.zip(other.range);
    ranges.is_some_and(|((_, hi), (lo, _))| hi < lo)
}

fn broken_constraints(means: &SchemeMeans, measured: &Measured) -> Vec<Constraint> {
    let scheme = &means.scheme;
    if scheme.name == BASELINE {
        return Vec::new();
    }
    let encoded = means.bytes.map_or(0, |spread| spread.n);
    let timed = |mean: Option<MeanRatio>| mean.map_or(0, |mean| mean.n);
    let constraints = [
        (scheme.exact, Constraint::Exact),
        (
            encoded == measured.modules,
            Constraint::Encoded {
                modules: encoded,
                of: measured.modules,
            },
        ),
        (
            timed(means.hot) == measured.hot,
            Constraint::Timed {
                cache: Cache::Hot,
                modules: timed(means.hot),
                of: measured.hot,
            },
        ),
        (
            timed(means.cold) == measured.cold,
            Constraint::Timed {
                cache: Cache::Cold,
                modules: timed(means.cold),
                of: measured.cold,
            },
        ),
    ];
    let broken = constraints.into_iter().filter(|(is_kept, _)| !is_kept);
    broken.map(|(_, constraint)| constraint).collect()
}

/// Whether `a` is better than `b` in every respect, noise allowed for.
fn dominates(a: &SchemeMeans, b: &SchemeMeans) -> bool {
    let (Some(bytes_a), Some(bytes_b)) = (a.bytes, b.bytes) else {
        return false;
    };
    let is_faster = |a: Option<MeanRatio>, b: Option<MeanRatio>| match (a, b) {
        (Some(a), Some(b)) => {
            let intervals = a.these.zip(b.these);
            intervals.is_some_and(|((_, hi), (lo, _))| hi < lo)
        }
        _ => true,
    };
    let is_timed = a.hot.is_some() || a.cold.is_some();
    let is_smaller = if is_timed {
        bytes_a.mean <= bytes_b.mean
    } else {
        bytes_a.mean < bytes_b.mean
    };
    is_smaller && is_faster(a.hot, b.hot) && is_faster(a.cold, b.cold)
}

fn score(means: &SchemeMeans, weights: Weights) -> Score {
    let bytes = means.bytes.map_or(1.0, |spread| spread.mean);
    let times = [(weights.hot, means.hot), (weights.cold, means.cold)];
    let counted = times.into_iter().filter(|(weight, _)| *weight > 0.0);
    let times = counted.filter_map(|(weight, mean)| Some((weight, mean?)));
    let weighted = |end: fn(MeanRatio) -> Option<f64>| {
        let logs = times
            .clone()
            .map(|(weight, mean)| Some(weight * end(mean)?.ln()));
        let sum: Option<f64> = logs.sum();
        // All weight may lie on what was not measured; then nothing is decided.
        match weights.total() > 0.0 {
            true => Some(((weights.bytes * bytes.ln() + sum?) / weights.total()).exp()),
            false => Some(1.0),
        }
    };
    let lo = weighted(|mean| mean.these.map(|(lo, _)| lo));
    let hi = weighted(|mean| mean.these.map(|(_, hi)| hi));
    Score {
        value: weighted(|mean| Some(mean.ratio)).unwrap_or(1.0),
        range: lo.zip(hi),
    }
}

fn by_fate(a: &Fate, b: &Fate) -> Ordering {
    let stage = |fate: &Fate| match fate {
        Fate::Ranked(_) => 0,
        Fate::Dominated(_) => 1,
        Fate::Excluded(_) => 2,
    };
    match (a, b) {
        (Fate::Ranked(a), Fate::Ranked(b)) => a.value.total_cmp(&b.value),
        _ => stage(a).cmp(&stage(b)),
    }
}
