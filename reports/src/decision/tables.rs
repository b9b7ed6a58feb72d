//! Tables of the decision: what became of every scheme, what users feel of it,
//! and what would change the verdict.

use crate::format::{
    NONE, interval, known, list, percent, percent_range, plural, times, with_interval,
};
use crate::headline::schemes::lines_of;
use crate::results::is_timing_control;
use crate::stats::{
    Change, Criterion, Decision, Difference, Fate, Felt, Gap, Highest, Open, Question, Rules, Span,
    Verdicts,
};
use crate::table::Table;

/// `1 % of a `.cwasm`, …`: the thresholds in words.
pub(crate) fn thresholds(rules: &Rules) -> String {
    let of = |criterion: Criterion| match criterion {
        Criterion::Faults => match rules.threshold(criterion) {
            1.0 => "one family of faults".to_owned(),
            n => format!("{n} families of faults"),
        },
        _ => format!(
            "{} of {}",
            percent(rules.threshold(criterion)),
            what(criterion)
        ),
    };
    let all = [
        Criterion::Cwasm,
        Criterion::Pause,
        Criterion::LoadBytes,
        Criterion::Compile,
        Criterion::Faults,
    ];
    format!("{}; of lines, {}", list(&all.map(of)), rules.lines())
}

fn what(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Cwasm => "a `.cwasm`",
        Criterion::Pause => "a collection's pause",
        Criterion::LoadBytes | Criterion::LoadFile => "the time to load",
        Criterion::Compile => "the time to compile",
        Criterion::Faults => "the families of faults",
    }
}

/// A gap as people read it: of the file, the range over modules of the whole
/// file's ratio; of a time, the ratio with its interval.
pub(super) fn gap_text(criterion: Criterion, gap: Gap) -> String {
    match criterion {
        Criterion::Cwasm => format!("{} of it", percent_range(1.0 + gap.lo, 1.0 + gap.hi)),
        Criterion::Faults => match (-gap.lo as usize, gap.hi as usize) {
            (0, 0) => "the same".to_owned(),
            (less, 0) => format!("{less} of {} less often", gap.n),
            (0, more) => format!("{more} of {} more often", gap.n),
            (less, more) => format!("of {} {less} less and {more} more often", gap.n),
        },
        _ => format!(
            "{} {}",
            times(1.0 + gap.mid),
            interval(1.0 + gap.lo, 1.0 + gap.hi)
        ),
    }
}

/// What became of every scheme that a question admits, the answer first.
pub(crate) fn answer_table(decision: &Decision, question: Question) -> Table {
    let mut table = Table::new(2, ["scheme", "what became of it", "lines"]);
    let answer = decision.answer(question);
    let mut fates: Vec<_> = answer.fates.iter().collect();
    fates.sort_by_key(|(_, fate)| match fate {
        Fate::Chosen => 0,
        Fate::Longer(_) => 1,
        Fate::Beaten { .. } => 2,
        Fate::Excluded(_) => 3,
    });
    for (scheme, fate) in fates {
        let text = match fate {
            Fate::Chosen => "the answer: the simplest of those that remain".to_owned(),
            Fate::Longer(bought) => longer(bought),
            Fate::Beaten { by, on, open } => {
                let on: Vec<String> = on.iter().map(ToString::to_string).collect();
                let open: Vec<String> = open.iter().map(ToString::to_string).collect();
                let open = match open.is_empty() {
                    true => String::new(),
                    false => format!("; open or not measured: {}", list(&open)),
                };
                format!("beaten by `{by}`: {}{open}", list(&on))
            }
            Fate::Excluded(reasons) => {
                let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                format!("excluded: {}", list(&reasons))
            }
        };
        let lines = known(decision.candidate(scheme), lines_of);
        table.push([format!("`{scheme}`"), text, lines]);
    }
    table
}

/// What more lines would buy.
fn longer(bought: &[(Criterion, Gap, Difference)]) -> String {
    let parts = bought.iter().map(|(criterion, gap, difference)| {
        let how = match difference {
            Difference::None => "no difference",
            Difference::Open => "open",
            _ => "a difference",
        };
        let most = match criterion {
            Criterion::Cwasm => format!("at most {} of a file less", percent(-gap.lo)),
            _ => gap_text(*criterion, *gap),
        };
        format!("{criterion}: {most}, {how}")
    });
    let parts: Vec<String> = parts.collect();
    match parts.is_empty() {
        true => "remains; simpler is the answer, and no worse".to_owned(),
        false => format!("remains; its lines would buy: {}", parts.join("; ")),
    }
}

/// Which memo stands before which scheme.
pub(crate) const MEMOS: &str = "The memo before `delta-tri` is that of patch 0005, the one before other schemes the lab's, of as many entries. What differs between two schemes with a memo may be due to that: the lab's keeps lists of offsets, which is faster on our deepest stacks, and has no bound.";

/// Every scheme against today's format in what users feel.
pub(crate) fn felt_table(decision: &Decision) -> Table {
    let mut table = Table::new(1, ["scheme"]);
    table
        .head
        .extend(Criterion::ALL.map(|criterion| criterion.to_string()));
    // The control last: it says what the others' times are worth.
    let control = |felt: &&Felt| is_timing_control(&felt.scheme);
    let mut all: Vec<&Felt> = decision.felt.iter().collect();
    all.sort_by_key(|felt| control(felt));
    for felt in all {
        let cells = felt
            .gaps
            .iter()
            .map(|(criterion, gap, difference)| match gap {
                Some(gap) => format!("{}: {difference}", gap_text(*criterion, *gap)),
                None => NONE.to_owned(),
            });
        let role = if control(&felt) { " (control)" } else { "" };
        table.push(std::iter::once(format!("`{}`{role}", felt.scheme)).chain(cells));
    }
    table
}

/// Headed tables that say what would change the answers.
pub(crate) fn sensitivity_tables(decision: &Decision) -> Vec<(&'static str, Table)> {
    let own = &decision.sensitivity;
    let mut tables = vec![
        ("Still open", open(decision)),
        ("Other thresholds", changes(&own.thresholds)),
        (
            "Other thresholds for the size of the file",
            spans(&own.cwasm),
        ),
        ("One thing left out", changes(&own.left_out)),
    ];
    let mut weighted = Table::new(1, ["scheme", "lowest weighted mean", "of"]);
    for row in &own.weightings {
        let cells = [row.lowest.to_string(), row.of.to_string()];
        weighted.push(std::iter::once(format!("`{}`", row.scheme)).chain(cells));
    }
    tables.push((
        "Weighted means of bytes, hot and cold lookups, in steps of 10 %, by which this lab used to decide",
        weighted,
    ));
    tables.retain(|(_, table)| !table.rows.is_empty());
    tables
}

fn cells(verdicts: &Verdicts) -> [String; 3] {
    let [alone, strict] = &verdicts.answers;
    [alone, strict, &verdicts.recommended]
        .map(|scheme| known(scheme.as_ref(), |scheme| format!("`{scheme}`")))
}

fn with_questions(first: &str) -> Table {
    let [alone, strict] = Question::ALL.map(|question| question.to_string());
    Table::new(
        4,
        [first.to_owned(), alone, strict, "recommended".to_owned()],
    )
}

fn changes(changes: &[Change]) -> Table {
    let mut table = with_questions("changed or left out");
    for change in changes {
        table.push(std::iter::once(change.what.clone()).chain(cells(&change.verdicts)));
    }
    table
}

fn spans(spans: &[Span]) -> Table {
    let mut table = with_questions("a difference from");
    for span in spans {
        let range = percent_range(span.from, span.to);
        table.push(std::iter::once(range).chain(cells(&span.verdicts)));
    }
    table
}

/// What more measuring would decide, and how much of it.
fn open(decision: &Decision) -> Table {
    let mut table = Table::new(
        4,
        [
            "answer to",
            "what is open",
            "as far as is known",
            "what would close it",
        ],
    );
    for answer in &decision.answers {
        for criterion in &answer.unjudged {
            table.push([
                answer.question.to_string(),
                criterion.to_string(),
                "not measured".to_owned(),
                remedy(*criterion).to_owned(),
            ]);
        }
        for open in &answer.open {
            let (what, found, close) = match open {
                Open::Executions {
                    criterion,
                    open,
                    of,
                    highest,
                } => (
                    format!("whether somebody pays: {criterion}"),
                    format!(
                        "{open} of {} reach beyond the threshold; the highest is {}",
                        plural(*of, "execution"),
                        highest_text(*criterion, highest)
                    ),
                    "more processes of each".to_owned(),
                ),
                Open::Against {
                    scheme,
                    criterion,
                    gap,
                } => {
                    let threshold = decision.rules.threshold(*criterion);
                    (
                        format!("{criterion}, against `{scheme}`"),
                        gap_text(*criterion, *gap),
                        needed(*gap, threshold),
                    )
                }
            };
            table.push([answer.question.to_string(), what, found, close]);
        }
    }
    table
}

/// `splay with drc, 1.07× [0.89, 1.28]`; of a pause, of how many collections it is.
pub(super) fn highest_text(criterion: Criterion, highest: &Highest) -> String {
    let (module, collector) = &highest.execution;
    let ratio = with_interval(highest.ratio, highest.interval);
    let of = match criterion {
        Criterion::Pause => {
            let collections = plural(highest.collections as usize, "collection");
            format!(" ({collections} a run)")
        }
        _ => String::new(),
    };
    format!("{module} with {collector}, {ratio}{of}")
}

fn remedy(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Cwasm => "modules whose `.cwasm` is known",
        Criterion::Faults => "`stackmap-lab safety`, a part of `just bench-all`",
        _ => "`just wasmtime`",
    }
}

/// How many modules would narrow an interval until it lies on one side of a
/// threshold, if its middle stays where it is.
fn needed(gap: Gap, threshold: f64) -> String {
    let half = (gap.hi - gap.lo) / 2.0;
    let to_threshold = [-threshold, threshold].map(|t| (gap.mid - t).abs());
    let nearest = to_threshold[0].min(to_threshold[1]);
    let modules = gap.n as f64 * (half / nearest).powi(2);
    match modules.is_finite() && modules < MOST_MODULES {
        true => format!(
            "some {} instead of {}",
            plural(modules.ceil() as usize, "module"),
            gap.n
        ),
        false => "nothing in reach: the middle lies on the threshold".to_owned(),
    }
}

/// More modules than anybody has.
const MOST_MODULES: f64 = 10_000.0;
