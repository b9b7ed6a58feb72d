//! The decision, from the data by stated rules and never by hand.
//!
//! | module | question |
//! |---|---|
//! | [`Rules`] | what counts as a difference at all? |
//! | [`Criterion`], [`Difference`] | how far are two schemes apart in what users feel? |
//! | [`Answer`] | which scheme remains, and what became of the others? |
//! | [`Sensitivity`] | what would change that? |

mod answer;
mod candidate;
mod criterion;
mod evidence;
mod reason;
mod rules;
mod sensitivity;

pub use answer::{Answer, Fate, Highest, Open, Question};
pub use candidate::Candidate;
pub(crate) use candidate::candidate_name;
pub use criterion::{Criterion, Difference, Gap};
pub use reason::Reason;
pub use rules::{Rules, RulesError};
pub use sensitivity::{Change, Sensitivity, Span, Verdicts, Weighting};

use super::headline::Headline;
use super::schemes::{SchemeMeans, scheme_means};
use crate::results::{AGAIN, BASELINE, Results, Tier};
use evidence::{Evidence, Known};

pub use evidence::mean_of_executions;

/// The rules in the order in which they are applied; the thresholds are in
/// [`Rules`].
pub const RULES: [&str; 4] = [
    "1. Right: a scheme answers every PC exactly and encodes every module, and where faults were injected, no kind of fault is answered wrongly more often than today's format does, each under the strictest policy that raises no false alarm.",
    "2. Material: a difference below its threshold is none, and one whose interval reaches across it is open. The `.cwasm` is compared module by module on every ISA and with every collector; times by their mean over modules, with the interval for modules like these; faults by families, whose kinds are variants of one mistake.",
    "3. Nobody pays: no module's `.cwasm` is larger than with today's format by more than the threshold, and no execution's pause, load or compile is shown to be longer by more than the threshold and by more than today's format built twice differs from itself. Shown: the whole interval says so, made so wide that all intervals of a scheme hold together (Bonferroni).",
    "4. Simplest: a scheme goes if another is materially better in something and materially worse in nothing. Of what remains, those are kept that have the fewest lines of reader, writer, compiler and memo, give or take the threshold, and of these the one is taken whose files are the smallest. It is recommended if it is materially better than today's format in something, and there is a verdict if it was measured against today's in everything and no interval of a mean leaves room for a material worsening. What is open does not count against a scheme when two are compared.",
];

/// A verdict with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The modules and scenarios of the headline tables.
    pub headline: Headline,
    /// What counts as a difference.
    pub rules: Rules,
    /// Every scheme.
    pub schemes: Vec<SchemeMeans>,
    /// How far each scheme is from today's format in what users feel.
    pub felt: Vec<Felt>,
    /// One for each [`Question`].
    pub answers: [Answer; 2],
    /// The question whose answer is recommended.
    pub preferred: Question,
    /// Every scheme, with each memo that was executed before it and without.
    pub candidates: Vec<Candidate>,
    /// What to upstream; none if that is today's, or nothing was measured.
    recommended: Option<String>,
    /// Times of today's format built twice that may be materially longer than its own,
    /// for all that their own interval says; and all that were measured.
    pub by_chance: (usize, usize),
    /// What would change the answers.
    pub sensitivity: Sensitivity,
}

/// How far a scheme is from today's format.
#[derive(Clone, Debug, PartialEq)]
pub struct Felt {
    /// The scheme.
    pub scheme: String,
    /// In the order of [`Criterion::ALL`]; a gap is none if nothing was measured.
    pub gaps: [(Criterion, Option<Gap>, Difference); 6],
    /// Times over the modules of each tier, if there are several.
    pub by_tier: Vec<(Tier, Criterion, Gap)>,
}

fn felt(evidence: &Evidence, rules: &Rules) -> Vec<Felt> {
    let all = evidence.candidates.iter();
    let others = all.map(|candidate| candidate.name.as_str());
    let others = others.filter(|name| *name != BASELINE).chain([AGAIN]);
    let of = |scheme: &str| {
        Criterion::ALL.map(|criterion| {
            let gap = evidence.gap(criterion, scheme, BASELINE);
            let difference = Difference::of(gap, rules.threshold(criterion));
            (criterion, gap, difference)
        })
    };
    let all = others.map(|scheme| Felt {
        scheme: scheme.to_owned(),
        gaps: of(scheme),
        by_tier: evidence.gaps_by_tier(scheme),
    });
    let is_measured = |felt: &Felt| felt.gaps.iter().any(|(_, gap, _)| gap.is_some());
    all.filter(is_measured).collect()
}

/// Applies the [`RULES`].
pub fn decide(results: &Results, rules: &Rules) -> Decision {
    let headline = Headline::of(results);
    let evidence = Evidence::of(results, headline.tier, &|_| true);
    let answers = answer::answers(results, &evidence, rules);
    let (preferred, recommended) = preferred(&answers, &evidence, rules);
    let count = |count: &dyn Fn(Criterion) -> usize| Criterion::TIMES.into_iter().map(count).sum();
    Decision {
        by_chance: (
            count(&|criterion| {
                evidence
                    .slower(criterion, AGAIN, Known::Possible, rules)
                    .count()
            }),
            count(&|criterion| evidence.times(criterion, AGAIN).count()),
        ),
        rules: *rules,
        schemes: scheme_means(results, &headline),
        felt: felt(&evidence, rules),
        preferred,
        recommended,
        sensitivity: sensitivity::analyse(results, &headline, rules, &evidence),
        candidates: evidence.candidates,
        answers,
        headline,
    }
}

/// What is recommended of two answers: strict mode if what it needs is materially
/// better than today's format and than the format alone, and materially worse in
/// nothing; else the format alone if that is materially better than today's.
fn preferred(
    answers: &[Answer; 2],
    evidence: &Evidence,
    rules: &Rules,
) -> (Question, Option<String>) {
    let [alone, strict] = answers.each_ref().map(|answer| {
        let scheme = answer.scheme.as_deref();
        scheme.filter(|scheme| evidence.beats(scheme, BASELINE, rules).is_some())
    });
    let is_better =
        |strict: &&str| alone.is_none_or(|alone| evidence.beats(strict, alone, rules).is_some());
    match strict.filter(is_better) {
        Some(strict) => (Question::Strict, Some(strict.to_owned())),
        None => (Question::FormatAlone, alone.map(str::to_owned)),
    }
}

impl Decision {
    /// The means of a scheme.
    pub(crate) fn means(&self, scheme: &str) -> Option<&SchemeMeans> {
        let mut all = self.schemes.iter();
        all.find(|means| means.scheme.name == scheme)
    }

    /// How far a scheme is from today's format in one thing.
    pub(crate) fn gap(&self, scheme: &str, criterion: Criterion) -> Option<Gap> {
        let own = self.felt.iter().find(|felt| felt.scheme == scheme)?;
        let mut gaps = own.gaps.iter();
        gaps.find(|(other, ..)| *other == criterion)?.1
    }

    /// The same over the modules of each tier, if there are several.
    pub(crate) fn gaps_by_tier(
        &self,
        scheme: &str,
        criterion: Criterion,
    ) -> impl Iterator<Item = (Tier, Gap)> {
        let own = self.felt.iter().filter(move |felt| felt.scheme == scheme);
        let gaps = own.flat_map(|felt| &felt.by_tier);
        gaps.filter(move |(_, other, _)| *other == criterion)
            .map(|(tier, _, gap)| (*tier, *gap))
    }

    /// The answer to a question.
    pub fn answer(&self, question: Question) -> &Answer {
        &self.answers[question as usize]
    }

    /// What to upstream; none if that is today's, or nothing was measured.
    pub fn recommended(&self) -> Option<&Candidate> {
        self.candidate(self.recommended.as_deref()?)
    }

    /// A candidate by its name.
    pub(crate) fn candidate(&self, name: &str) -> Option<&Candidate> {
        self.candidates
            .iter()
            .find(|candidate| candidate.name == name)
    }
}
