//! The recommendation in three sentences: what, why, how sure.

use crate::format::{known, list, percent, percent_range, plural};
use crate::headline::strata;
use crate::results::{BASELINE, Results, Stratum};
use crate::stats::{Decision, Outcome};

/// What to do, why, and how sure that is.
pub(crate) fn recommendation(results: &Results, decision: &Decision) -> [String; 3] {
    let scope = scope(decision);
    let figures = |name: &str| figures(results, decision, name);
    let (what, why) = match &decision.outcome {
        Outcome::Winner(name) if name == BASELINE => (
            format!(
                "Keep today's format: over {scope} no scheme that meets the constraints does better than `{BASELINE}`."
            ),
            format!("{}.", capital(&margin(decision))),
        ),
        Outcome::Winner(name) => (
            format!("Upstream `{name}`: over {scope} it {}.", figures(name)),
            format!(
                "It answers every PC exactly{}, and {}.",
                lines(decision, name),
                margin(decision)
            ),
        ),
        Outcome::Inconclusive(names) => {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let best = decision.ranked().take(2).map(|(means, _)| {
                let name = &means.scheme.name;
                format!("`{name}` {}", figures(name))
            });
            let what = format!(
                "Inconclusive: over {scope} the data do not decide between {} (scores: {}).",
                list(&quoted),
                scores(decision, names)
            );
            (what, format!("{}.", best.collect::<Vec<_>>().join(". ")))
        }
        Outcome::Nobody => (
            "No module with stack maps was measured, so there is nothing to recommend.".to_owned(),
            "Where today's section is empty, no other is smaller.".to_owned(),
        ),
    };
    [what, why, certainty(decision)]
}

fn scope(decision: &Decision) -> String {
    let headline = &decision.headline;
    let modules = plural(headline.modules.len(), "module");
    let (tier, isa) = (headline.tier, headline.isa);
    format!("the {modules} of the tier {tier} ({isa})")
}

/// What a scheme leaves of the bytes, and how long its lookups take on small,
/// medium and large modules.
fn figures(results: &Results, decision: &Decision, name: &str) -> String {
    let Some(means) = decision.means(name) else {
        return String::new();
    };
    let bytes = means.bytes.map(|spread| {
        format!(
            "leaves {} of the section's bytes in the mean and {} of all bytes together ({} from module to module)",
            percent(spread.mean),
            known(means.total, percent),
            percent_range(spread.min, spread.max)
        )
    });
    let times = strata::sentence(results, decision, name).map(|times| {
        format!("a lookup takes, as a ratio to today's time with the interval for modules like these, {times}")
    });
    let parts: Vec<String> = bytes.into_iter().chain(times).collect();
    list(&parts)
}

fn lines(decision: &Decision, name: &str) -> String {
    decision.means(name).map_or_else(String::new, |means| {
        let (reader, writer) = (means.scheme.reader_lines, means.scheme.writer_lines);
        let compiler = match means.scheme.compiler_lines {
            0 => "nothing in Wasmtime's compiler".to_owned(),
            n => format!("{n} lines in Wasmtime's compiler"),
        };
        format!(", needs {compiler}, reads in {reader} lines and writes in {writer}")
    })
}

/// By how much the best score is clear of the next.
fn margin(decision: &Decision) -> String {
    let ranked: Vec<_> = decision.ranked().collect();
    match ranked[..] {
        [(first, score), (next, beaten), ..] => format!(
            "with the weights {} the score of `{}`, {score}, is clear of the next, `{}` with {beaten}",
            decision.weights, first.scheme.name, next.scheme.name
        ),
        _ => "every other candidate is dominated or breaks a constraint".to_owned(),
    }
}

fn scores(decision: &Decision, names: &[String]) -> String {
    let shown = decision.ranked();
    let shown = shown.filter(|(means, _)| names.contains(&means.scheme.name));
    let shown = shown.map(|(means, score)| format!("`{}` {score}", means.scheme.name));
    shown.collect::<Vec<_>>().join(", ")
}

/// What would change the verdict, and how many weightings do.
fn certainty(decision: &Decision) -> String {
    let sensitivity = &decision.sensitivity;
    let lowest = decision
        .ranked()
        .next()
        .map(|(means, _)| means.scheme.name.clone());
    let without = sensitivity.without_module.iter().map(|(_, other)| other);
    let modules = left_out("module", &lowest, without);
    let without = sensitivity.without_toolchain.iter().map(|(_, other)| other);
    let toolchains = left_out("toolchain", &lowest, without);
    let strata = sensitivity.strata.iter().map(|subset| {
        let stratum = subset.headline.stratum.unwrap_or(Stratum::All);
        format!("{}: {}", strata::words(stratum), subset.outcome)
    });
    let strata: Vec<String> = strata.collect();
    let strata = match strata.is_empty() {
        true => String::new(),
        false => format!(
            " By size of the module the verdict is, {}.",
            strata.join("; ")
        ),
    };
    let is_other = |outcome: &Outcome| *outcome != decision.outcome;
    let grid = || sensitivity.grid.iter();
    let total: usize = grid().map(|(_, n)| n).sum();
    let same = grid().find(|(outcome, _)| !is_other(outcome));
    let same = same.map_or(0, |(_, n)| *n);
    let other = grid().find(|(outcome, _)| is_other(outcome));
    let other = other.map_or_else(String::new, |(outcome, n)| {
        format!(", the most frequent other verdict is {outcome} with {n}")
    });
    format!(
        "{modules} {toolchains}{strata} The verdict is the same for {same} of {total} weightings{other}."
    )
}

/// How often the lowest score is another scheme's with one thing left out.
fn left_out<'o>(
    what: &str,
    lowest: &Option<String>,
    without: impl Iterator<Item = &'o Option<String>>,
) -> String {
    let without: Vec<&Option<String>> = without.collect();
    let others = without.iter().filter(|other| **other != lowest).count();
    match (without.len(), others) {
        (0, _) => format!("There are too few {what}s to leave one out."),
        (_, 0) => format!("Leaving out any one {what} leaves the lowest score where it is."),
        (all, n) => format!(
            "Leaving out one {what} moves the lowest score to another scheme in {n} of {all} cases."
        ),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
