//! The recommendation in three sentences: what, why, how sure.

use crate::format::{known, list, percent, percent_range, plural};
use crate::headline::strata;
use crate::results::{BASELINE, Results};
use crate::stats::{Criterion, Decision, Question, quantile};

/// What to do, what it answers, and how sure that is.
pub(crate) fn recommendation(results: &Results, decision: &Decision) -> [String; 3] {
    [
        what(results, decision),
        worries(results, decision),
        certainty(decision),
    ]
}

fn what(results: &Results, decision: &Decision) -> String {
    let headline = &decision.headline;
    let scope = format!(
        "the {} of the tier {} ({})",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    if headline.modules.is_empty() || results.schemes.len() < 2 {
        return "No module with stack maps was measured, so there is nothing to recommend.".into();
    }
    let Some(candidate) = decision.recommended() else {
        return format!(
            "Keep today's format: over {scope} no scheme that keeps the rules is materially better than `{BASELINE}`."
        );
    };
    let answer = decision.answer(decision.preferred);
    let doubts = [
        (&answer.unjudged, "was not measured", "were not measured"),
        (
            &answer.doubtful,
            "may be materially worse",
            "may be materially worse",
        ),
    ];
    let doubts = doubts
        .into_iter()
        .filter(|(criteria, ..)| !criteria.is_empty());
    let doubts = doubts.map(|(criteria, one, several)| {
        let names: Vec<String> = criteria.iter().map(ToString::to_string).collect();
        let verb = if names.len() == 1 { one } else { several };
        format!("{} {verb}", list(&names))
    });
    let doubts: Vec<String> = doubts.collect();
    let (name, with) = (&candidate.name, with(decision.preferred));
    let verdict = match doubts.is_empty() {
        true => format!("Upstream `{name}`, {with}"),
        false => format!(
            "No verdict yet, since {}; by what is known it would be `{name}`, {with}",
            list(&doubts)
        ),
    };
    format!(
        "{verdict}: over {scope} it {}.",
        figures(decision, &candidate.scheme.name)
    )
}

fn with(question: Question) -> &'static str {
    match question {
        Question::FormatAlone => "and change nothing else",
        Question::Strict => "with empty maps and strict mode",
    }
}

/// What a scheme leaves of the section, and of the whole file.
fn figures(decision: &Decision, name: &str) -> String {
    let Some(means) = decision.means(name) else {
        return String::new();
    };
    let bytes = means.bytes.map_or_else(String::new, |spread| {
        format!(
            "leaves {} of the section's bytes in the mean over modules, {} of them all together, and {} from module to module",
            percent(spread.mean),
            known(means.total, percent),
            percent_range(spread.min, spread.max)
        )
    });
    let file = decision.gap(name, Criterion::Cwasm);
    let file = file.map(|gap| {
        format!(
            "takes {} off the whole `.cwasm`, module by module on every ISA and with every collector",
            percent_range(-gap.hi, -gap.lo)
        )
    });
    let parts: Vec<String> = [Some(bytes).filter(|b| !b.is_empty()), file]
        .into_iter()
        .flatten()
        .collect();
    list(&parts)
}

/// The answer to each of the two worries, and what a lookup is of a pause.
fn worries(results: &Results, decision: &Decision) -> String {
    let Some(candidate) = decision.recommended() else {
        return String::new();
    };
    let scheme = &candidate.scheme;
    let mut text = match decision.preferred {
        Question::FormatAlone => "No empty maps are recorded. Every PC that is no recorded safepoint is told from one, as today.".to_owned(),
        Question::Strict => format!(
            "Empty maps need {} in Wasmtime's compiler and none in Cranelift. Every PC that is no safepoint is told from one, and a safepoint without references from both.",
            plural(scheme.compiler_lines as usize, "line")
        ),
    };
    let faults = decision.gap(&scheme.name, Criterion::Faults);
    if let Some(gap) = faults.filter(|gap| gap.lo < 0.0) {
        text += &format!(
            " With a fatal missing entry {} of {} kinds of fault are answered wrongly less often than today, and none more often.",
            -gap.lo, gap.n
        );
    }
    text += &format!(
        " `{}` reads in {} lines and writes in {}.",
        scheme.name, scheme.reader_lines, scheme.writer_lines
    );
    if candidate.memo > 0 {
        text += &format!(
            " The memo of decoded answers in front of it, which the collector owns, takes {} lines more.",
            scheme.memo_lines
        );
    }
    if let Some(times) = strata::sentence(results, decision, &scheme.name) {
        text += &format!(
            " A lookup takes, as a ratio to today's time with the interval for modules like these, {times}."
        );
    }
    if let Some(share) = lookup_share(results) {
        text += &format!(" {share}");
    }
    text
}

/// What a lookup is of a pause with today's format.
fn lookup_share(results: &Results) -> Option<String> {
    let rows = results.executions.iter().flatten();
    let today = rows.filter(|row| row.scheme == BASELINE && row.memo == 0);
    let mut shares: Vec<f64> = today.filter_map(|row| row.lookup_share).collect();
    shares.sort_by(f64::total_cmp);
    let largest = *shares.last()?;
    Some(format!(
        "Today all lookups are {} of the pause in the median of {} in Wasmtime, and at most {}.",
        percent(quantile(&shares, 0.5)),
        plural(shares.len(), "execution"),
        percent(largest)
    ))
}

/// What would change the verdict.
fn certainty(decision: &Decision) -> String {
    let answer = decision.answer(decision.preferred);
    let sensitivity = &decision.sensitivity;
    let recommended = decision.recommended().map(|own| own.name.as_str());
    let changing = sensitivity.changing(recommended);
    let tried = sensitivity.tried();
    let changes = match changing.len() {
        0 => format!(
            "None of {tried} changes gives another verdict: thresholds halved and doubled, each module, toolchain, size, ISA, collector and execution left out."
        ),
        n => {
            let names: Vec<String> = changing.iter().map(|change| change.what.clone()).collect();
            format!(
                "{n} of {tried} changes give another verdict: {}.",
                list(&names)
            )
        }
    };
    let spans = sensitivity.cwasm.iter();
    let same = spans.filter(|span| span.verdicts.recommended.as_deref() == recommended);
    let same: Vec<String> = same.map(|span| percent_range(span.from, span.to)).collect();
    let open = match answer.open.len() {
        0 => String::new(),
        1 => " One comparison is open.".to_owned(),
        n => format!(" {n} comparisons are open."),
    };
    format!(
        "{changes} It is the same wherever a difference in the size of a file counts from {}.{open}",
        list(&same)
    )
}
