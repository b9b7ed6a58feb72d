//! From the evidence to one scheme, for each of the two things that a
//! maintainer may want.

use super::candidate::Candidate;
use super::criterion::{Criterion, Difference, Gap};
use super::evidence::{Evidence, Known};
use super::reason::{Reason, reasons};
use super::rules::Rules;
use crate::results::{BASELINE, Results, SchemeRow};
use crate::stats::means::Interval;
use std::collections::BTreeMap;
use std::fmt;

/// What a maintainer may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Another format, and nothing else changes.
    FormatAlone,
    /// A format that knows every safepoint, so that a frame at any other PC is
    /// an error.
    Strict,
}

impl Question {
    /// Both.
    pub const ALL: [Question; 2] = [Question::FormatAlone, Question::Strict];

    /// Whether a scheme can be an answer.
    fn admits(self, scheme: &SchemeRow) -> bool {
        match self {
            Question::FormatAlone => !scheme.records_empties,
            Question::Strict => scheme.records_empties,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Question::FormatAlone => "the format alone",
            Question::Strict => "the format with empty maps and strict mode",
        })
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// The scheme that remains; none if none does, or nothing was measured.
    pub scheme: Option<String>,
    /// What became of every scheme that the question admits.
    pub fates: Vec<(String, Fate)>,
    /// In what the scheme was not measured against today's format.
    pub unjudged: Vec<Criterion>,
    /// In what it may be materially worse than today's format, as far as is
    /// known.
    pub doubtful: Vec<Criterion>,
    /// What could still change the answer.
    pub open: Vec<Open>,
}

/// What became of a scheme.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is the answer.
    Chosen,
    /// It remains, but is not the simplest; and what it buys over the chosen one.
    Longer(Vec<(Criterion, Gap, Difference)>),
    /// Another is materially better in this, and materially worse in nothing.
    Beaten {
        /// The other.
        by: String,
        /// In what.
        on: Vec<Criterion>,
        /// In what it is open which of them is better, or not measured.
        open: Vec<Criterion>,
    },
    /// It broke a rule.
    Excluded(Vec<Reason>),
}

/// Something that more measuring would decide.
#[derive(Clone, Debug, PartialEq)]
pub enum Open {
    /// Whether the answer differs materially from another scheme.
    Against {
        /// The other.
        scheme: String,
        /// In what.
        criterion: Criterion,
        /// As far as is known.
        gap: Gap,
    },
    /// Whether somebody pays: executions whose interval reaches beyond the
    /// threshold.
    Executions {
        /// In what.
        criterion: Criterion,
        /// How many are open.
        open: usize,
        /// Of how many.
        of: usize,
        /// The one with the highest estimate.
        highest: Highest,
    },
}

/// An execution, and how long it takes as a ratio to today's.
#[derive(Clone, Debug, PartialEq)]
pub struct Highest {
    /// The module and the collector.
    pub execution: (String, String),
    /// The estimate.
    pub ratio: f64,
    /// Its interval, by itself; none of a single process.
    pub interval: Option<Interval>,
    /// Collections of a run.
    pub collections: u64,
}

/// Both answers.
pub(super) fn answers(results: &Results, evidence: &Evidence, rules: &Rules) -> [Answer; 2] {
    Question::ALL.map(|question| answer(results, evidence, rules, question))
}

fn answer(results: &Results, evidence: &Evidence, rules: &Rules, question: Question) -> Answer {
    let all = evidence.candidates.iter();
    let admitted = all.filter(|candidate| question.admits(&candidate.scheme));
    let mut broken: BTreeMap<&str, Vec<Reason>> = BTreeMap::new();
    let mut right: Vec<&Candidate> = Vec::new();
    for candidate in admitted.clone() {
        let reasons = reasons(results, evidence, rules, candidate);
        match reasons.is_empty() {
            true => right.push(candidate),
            false => drop(broken.insert(&candidate.name, reasons)),
        }
    }
    let remaining = remaining(&right, &|a, b| {
        evidence.beats(&a.name, &b.name, rules).is_some()
    });
    let beaten = |scheme: &Candidate| {
        let mut others = remaining.iter();
        others.find_map(|other| {
            let on = evidence.beats(&other.name, &scheme.name, rules)?;
            Some((other.name.as_str(), on))
        })
    };
    let chosen = simplest(&remaining, evidence, rules);
    let fate = |scheme: &Candidate| {
        let name = scheme.name.as_str();
        if let Some(reasons) = broken.get(name) {
            return Fate::Excluded(reasons.clone());
        }
        let remains = remaining.iter().any(|other| other.name == name);
        match beaten(scheme).filter(|_| !remains) {
            Some((by, on)) => Fate::Beaten {
                by: by.to_owned(),
                on,
                open: undecided(evidence, rules, by, name),
            },
            None if chosen.is_some_and(|chosen| chosen.name == name) => Fate::Chosen,
            None => Fate::Longer(bought(evidence, rules, name, chosen)),
        }
    };
    let against_today = |holds: &dyn Fn(Option<Gap>, f64) -> bool| {
        let chosen = chosen.filter(|chosen| chosen.name != BASELINE);
        let all = chosen.into_iter().flat_map(|chosen| {
            let gap = |criterion| evidence.gap(criterion, &chosen.name, BASELINE);
            Criterion::ALL.map(|criterion| (criterion, gap(criterion)))
        });
        let held = all.filter(|(criterion, gap)| holds(*gap, rules.threshold(*criterion)));
        held.map(|(criterion, _)| criterion).collect()
    };
    Answer {
        question,
        scheme: chosen.map(|scheme| scheme.name.clone()),
        fates: admitted
            .clone()
            .map(|s| (s.name.clone(), fate(s)))
            .collect(),
        unjudged: against_today(&|gap, _| gap.is_none()),
        doubtful: against_today(&|gap, threshold| gap.is_some_and(|gap| gap.hi >= threshold)),
        open: chosen.map_or_else(Vec::new, |chosen| {
            let others = right.iter().filter(|other| other.name != chosen.name);
            open(
                evidence,
                rules,
                &chosen.name,
                others.map(|s| s.name.as_str()),
            )
        }),
    }
}

/// Those that nothing that remains beats. Where each is beaten by another, as in a
/// cycle, all remain.
fn remaining<'s>(
    all: &[&'s Candidate],
    beats: &dyn Fn(&Candidate, &Candidate) -> bool,
) -> Vec<&'s Candidate> {
    let is_beaten =
        |scheme: &Candidate, by: &[&Candidate]| by.iter().any(|other| beats(other, scheme));
    let unbeaten = all.iter().filter(|scheme| !is_beaten(scheme, all));
    let mut remaining: Vec<&Candidate> = unbeaten.copied().collect();
    if remaining.is_empty() {
        return all.to_vec();
    }
    // What only the beaten beat comes back.
    while let Some(back) = all.iter().find(|scheme| {
        !remaining.iter().any(|other| other.name == scheme.name) && !is_beaten(scheme, &remaining)
    }) {
        remaining.push(back);
    }
    remaining
}

/// Of those whose lines are the fewest or hardly more, the one with the smallest
/// files; of equals the shorter.
fn simplest<'s>(
    remaining: &[&'s Candidate],
    evidence: &Evidence,
    rules: &Rules,
) -> Option<&'s Candidate> {
    let known = || remaining.iter().filter(|s| evidence.is_measured(&s.name));
    let fewest = known().map(|candidate| candidate.lines()).min()?;
    let is_short = |candidate: &&&Candidate| ((candidate.lines() - fewest) as f64) < rules.lines();
    let file = |candidate: &Candidate| {
        let gap = evidence.gap(Criterion::Cwasm, &candidate.name, BASELINE);
        gap.map_or(f64::INFINITY, |gap| gap.mid)
    };
    let short = known().filter(is_short).copied();
    short.min_by(|a, b| {
        let by_file = file(a).total_cmp(&file(b));
        by_file.then(a.lines().cmp(&b.lines()))
    })
}

/// In what it is not known whether one scheme is better than another.
fn undecided(evidence: &Evidence, rules: &Rules, a: &str, b: &str) -> Vec<Criterion> {
    let all = Criterion::ALL.into_iter();
    let all = all.filter(|criterion| {
        let found = evidence.difference(*criterion, a, b, rules);
        matches!(found, Difference::Open | Difference::Unmeasured)
    });
    all.collect()
}

/// In what a scheme is better than the chosen one, however little.
fn bought(
    evidence: &Evidence,
    rules: &Rules,
    scheme: &str,
    chosen: Option<&Candidate>,
) -> Vec<(Criterion, Gap, Difference)> {
    let Some(chosen) = chosen else {
        return Vec::new();
    };
    let gaps = Criterion::ALL.into_iter().filter_map(|criterion| {
        let gap = evidence.gap(criterion, scheme, &chosen.name)?;
        let difference = Difference::of(Some(gap), rules.threshold(criterion));
        Some((criterion, gap, difference))
    });
    gaps.filter(|(_, gap, _)| gap.lo < 0.0).collect()
}

/// What is open about the chosen scheme.
fn open<'s>(
    evidence: &Evidence,
    rules: &Rules,
    chosen: &str,
    others: impl Iterator<Item = &'s str>,
) -> Vec<Open> {
    let mut found = Vec::new();
    for criterion in Criterion::TIMES {
        let open = || evidence.slower(criterion, chosen, Known::Possible, rules);
        if let Some((execution, time)) = open().max_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio)) {
            found.push(Open::Executions {
                criterion,
                open: open().count(),
                of: evidence.times(criterion, chosen).count(),
                highest: Highest {
                    execution: (execution.0.clone(), execution.1.to_string()),
                    ratio: time.ratio,
                    interval: time.interval,
                    collections: time.collections,
                },
            });
        }
    }
    for scheme in others {
        for criterion in Criterion::TIMES {
            let gap = evidence.gap(criterion, chosen, scheme);
            if let Some(gap) = gap
                && Difference::of(Some(gap), rules.threshold(criterion)) == Difference::Open
            {
                found.push(Open::Against {
                    scheme: scheme.to_owned(),
                    criterion,
                    gap,
                });
            }
        }
    }
    found
}

impl Answer {
    /// What became of a scheme; none if the question does not admit it.
    pub fn fate(&self, scheme: &str) -> Option<&Fate> {
        let mut fates = self.fates.iter();
        fates.find(|(name, _)| name == scheme).map(|(_, fate)| fate)
    }
}
