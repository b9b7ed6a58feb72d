//! The recommendation in three sentences: what, why, how sure.

use crate::format::{known, list, percent, percent_range, plural};
use crate::headline::strata;
use crate::results::{BASELINE, Results};
use crate::stats::{Criterion, Decision, Question};

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
    let Some(name) = decision.recommended() else {
        return format!(
            "Keep today's format: over {scope} no scheme that keeps the rules is materially better than `{BASELINE}`."
        );
    };
    let unjudged = &decision.answer(decision.preferred).unjudged;
    let verdict = match unjudged.is_empty() {
        true => format!("Upstream `{name}`, {}", with(decision.preferred)),
        false => format!(
            "No verdict yet, since {} cannot be judged; by what was measured it would be `{name}`, {}",
            criteria(unjudged),
            with(decision.preferred)
        ),
    };
    format!("{verdict}: over {scope} it {}.", figures(decision, name))
}

fn with(question: Question) -> &'static str {
    match question {
        Question::FormatAlone => "and change nothing else",
        Question::Strict => "with empty maps and strict mode",
    }
}

fn criteria(names: &[Criterion]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    list(&names)
}

/// What a scheme leaves of the section, and of the whole file.
fn figures(decision: &Decision, name: &str) -> String {
    let Some(means) = decision.means(name) else {
        return String::new();
    };
    let bytes = means.bytes.map_or_else(String::new, |spread| {
        format!(
            "leaves {} of the section's bytes in the mean and {} of all bytes together ({} from module to module)",
            percent(spread.mean),
            known(means.total, percent),
            percent_range(spread.min, spread.max)
        )
    });
    let file = decision.gap(name, Criterion::Cwasm);
    let file = file.map(|gap| {
        format!(
            "makes the whole `.cwasm` {} smaller, over all ISAs and collectors",
            percent_range(-gap.hi, -gap.lo)
        )
    });
    let parts: Vec<String> = [Some(bytes).filter(|b| !b.is_empty()), file]
        .into_iter()
        .flatten()
        .collect();
    list(&parts)
}

/// The answer to each of the two worries, for the recommended scheme.
fn worries(results: &Results, decision: &Decision) -> String {
    let strict = decision.answer(Question::Strict).scheme.as_deref();
    let Some(means) = decision.recommended().and_then(|name| decision.means(name)) else {
        return "Of the issue's two worries, empty maps and the check of exact PCs, neither arises.".into();
    };
    let scheme = &means.scheme;
    let empties = match strict.and_then(|name| decision.means(name)) {
        Some(strict) => format!(
            "Empty maps need {} in Wasmtime's compiler and none in Cranelift",
            plural(strict.scheme.compiler_lines as usize, "line")
        ),
        None => "Empty maps are not needed".to_owned(),
    };
    let noticed = decision.gap(&scheme.name, Criterion::Faults);
    let noticed = noticed.filter(|gap| gap.lo < 0.0).map(|gap| {
        format!(
            ", and with a fatal missing entry less goes wrong in {} of {} kinds of fault than with today's format",
            -gap.lo, gap.n
        )
    });
    let lookup = strata::sentence(results, decision, &scheme.name);
    let lookup = lookup.map_or_else(String::new, |times| {
        format!(" A lookup takes, as a ratio to today's time with the interval for modules like these, {times}.")
    });
    format!(
        "{empties}; every PC that is no safepoint is told from one{}. `{}` reads in {} lines and writes in {}.{lookup}",
        noticed.unwrap_or_default(),
        scheme.name,
        scheme.reader_lines,
        scheme.writer_lines
    )
}

/// What would change the verdict.
fn certainty(decision: &Decision) -> String {
    let answer = decision.answer(decision.preferred);
    let chosen = answer.scheme.as_deref();
    let changing = decision.sensitivity.changing(decision.preferred, chosen);
    let tried = decision.sensitivity.tried();
    let changes = match changing.len() {
        0 => format!(
            "None of {tried} changes gives another scheme: thresholds halved and doubled, each module, toolchain, size, ISA, collector and execution left out."
        ),
        n => {
            let names: Vec<String> = changing.iter().map(|change| change.what.clone()).collect();
            format!(
                "{n} of {tried} changes give another scheme: {}.",
                list(&names)
            )
        }
    };
    match answer.open.len() {
        0 => changes,
        n => format!(
            "{changes} {} open, listed below.",
            match n {
                1 => "One comparison is".to_owned(),
                n => format!("{n} comparisons are"),
            }
        ),
    }
}
