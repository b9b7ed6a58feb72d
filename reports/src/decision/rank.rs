//! Constraints, dominance, score: from figures to a ranking.

use crate::figures::{Estimate, Figures};
use crate::format::list;
use crate::results::BASELINE;
use crate::select::Selection;
use crate::weights::Weights;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// A scheme and what the rules made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its figures.
    pub figures: Figures,
    /// How far it came.
    pub fate: Fate,
}

/// How far a scheme came.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was ranked by its score.
    Ranked(Score),
    /// Another scheme is better in everything that was measured.
    Dominated(String),
    /// It broke these constraints.
    Excluded(Vec<String>),
}

/// Weighted geometric mean of the ratios to the baseline; below 1 is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// From the ratios themselves.
    pub value: f64,
    /// From the lower ends of their intervals.
    pub lo: f64,
    /// From the upper ends.
    pub hi: f64,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// One scheme is best beyond the noise.
    Winner(String),
    /// The intervals of these schemes' scores reach into that of the lowest;
    /// in order of name, so that equal verdicts are equal.
    Inconclusive(Vec<String>),
    /// No scheme was measured on every module.
    Nobody,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Winner(name) => write!(f, "`{name}`"),
            Outcome::Inconclusive(names) => {
                let quoted: Vec<_> = names.iter().map(|n| format!("`{n}`")).collect();
                write!(f, "inconclusive ({})", list(&quoted))
            }
            Outcome::Nobody => f.write_str("no scheme qualifies"),
        }
    }
}

/// Judges every scheme; ranked ones come first, the lowest score on top.
pub(super) fn rank(
    all: Vec<Figures>,
    selection: &Selection,
    weights: Weights,
    less_safe: &BTreeMap<String, String>,
) -> Vec<Candidate> {
    let timed = |get: fn(&Figures) -> Option<Estimate>| {
        let counts = all.iter().filter_map(get).map(|e| e.n);
        counts.max().unwrap_or(0)
    };
    let (hot, cold) = (timed(|f| f.hot), timed(|f| f.cold));
    let broken: Vec<Vec<String>> = all
        .iter()
        .map(|f| {
            let mut broken = broken_constraints(f, selection.modules.len(), hot, cold);
            broken.extend(less_safe.get(&f.scheme.name).cloned());
            broken
        })
        .collect();
    let admitted: Vec<&Figures> = all
        .iter()
        .zip(&broken)
        .filter(|(_, broken)| broken.is_empty())
        .map(|(f, _)| f)
        .collect();
    let fate = |f: &Figures, broken: &Vec<String>| {
        if !broken.is_empty() {
            return Fate::Excluded(broken.clone());
        }
        match admitted.iter().find(|other| dominates(other, f)) {
            Some(other) => Fate::Dominated(other.scheme.name.clone()),
            None => Fate::Ranked(score(f, weights)),
        }
    };
    let fates: Vec<Fate> = all.iter().zip(&broken).map(|(f, b)| fate(f, b)).collect();
    let mut candidates: Vec<Candidate> = all
        .into_iter()
        .zip(fates)
        .map(|(figures, fate)| Candidate { figures, fate })
        .collect();
    candidates.sort_by(|a, b| by_fate(&a.fate, &b.fate));
    candidates
}

/// The verdict on a ranking.
pub(super) fn outcome(candidates: &[Candidate]) -> Outcome {
    let ranked: Vec<(&str, Score)> = candidates
        .iter()
        .filter_map(|c| match c.fate {
            Fate::Ranked(score) => Some((c.figures.scheme.name.as_str(), score)),
            _ => None,
        })
        .collect();
    let Some((first, rest)) = ranked.split_first() else {
        return Outcome::Nobody;
    };
    let close = rest.iter().filter(|(_, score)| score.lo <= first.1.hi);
    let close: Vec<String> = close.map(|(name, _)| (*name).to_owned()).collect();
    if close.is_empty() {
        return Outcome::Winner(first.0.to_owned());
    }
    let names = std::iter::once(first.0.to_owned()).chain(close);
    let mut names: Vec<String> = names.collect();
    names.sort();
    Outcome::Inconclusive(names)
}

fn broken_constraints(f: &Figures, modules: usize, hot: usize, cold: usize) -> Vec<String> {
    let scheme = &f.scheme;
    if scheme.name == BASELINE {
        return Vec::new();
    }
    let mut broken = Vec::new();
    let mut unless = |kept: bool, what: String| {
        if !kept {
            broken.push(what);
        }
    };
    unless(scheme.exact, "is not exact".into());
    unless(!scheme.records_empties, "needs a Cranelift change".into());
    unless(scheme.recommendable, "is not marked recommendable".into());
    let encoded = f.bytes.map_or(0, |b| b.n);
    unless(
        encoded == modules,
        format!("encoded {encoded} of {modules} modules"),
    );
    for (cache, estimate, all) in [("hot", f.hot, hot), ("cold", f.cold, cold)] {
        let n = estimate.map_or(0, |e| e.n);
        unless(
            n == all,
            format!("was timed {cache} on {n} of {all} modules"),
        );
    }
    broken
}

/// Whether `a` is better than `b` in every respect, noise allowed for.
fn dominates(a: &Figures, b: &Figures) -> bool {
    let (Some(bytes_a), Some(bytes_b)) = (a.bytes, b.bytes) else {
        return false;
    };
    let faster = |a: Option<Estimate>, b: Option<Estimate>| match (a, b) {
        (Some(a), Some(b)) => a.hi < b.lo,
        _ => true,
    };
    let timed = a.hot.is_some() || a.cold.is_some();
    let smaller = if timed {
        bytes_a.mean <= bytes_b.mean
    } else {
        bytes_a.mean < bytes_b.mean
    };
    smaller && faster(a.hot, b.hot) && faster(a.cold, b.cold)
}

fn score(f: &Figures, weights: Weights) -> Score {
    let bytes = f.bytes.map_or(1.0, |b| b.mean);
    let mean = |end: fn(Estimate) -> f64| {
        let log = |e: Option<Estimate>| e.map_or(0.0, |e| end(e).ln());
        let sum =
            weights.bytes * bytes.ln() + weights.hot * log(f.hot) + weights.cold * log(f.cold);
        // All weight may lie on what was not measured; then nothing is decided.
        if weights.total() > 0.0 {
            (sum / weights.total()).exp()
        } else {
            1.0
        }
    };
    Score {
        value: mean(|e| e.ratio),
        lo: mean(|e| e.lo),
        hi: mean(|e| e.hi),
    }
}

fn by_fate(a: &Fate, b: &Fate) -> Ordering {
    let rank = |fate: &Fate| match fate {
        Fate::Ranked(_) => 0,
        Fate::Dominated(_) => 1,
        Fate::Excluded(_) => 2,
    };
    match (a, b) {
        (Fate::Ranked(a), Fate::Ranked(b)) => a.value.total_cmp(&b.value),
        _ => rank(a).cmp(&rank(b)),
    }
}
