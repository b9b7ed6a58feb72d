//! The recommendation in three sentences: what, why, how sure.

use crate::format::{list, percent, percent_range, plural};
use crate::results::BASELINE;
use crate::stats::{Decision, MeanRatio, Outcome};

/// What to do, why, and how sure that is.
pub(crate) fn recommendation(decision: &Decision) -> [String; 3] {
    let scope = scope(decision);
    let (what, why) = match &decision.outcome {
        Outcome::Winner(name) if name == BASELINE => (
            format!(
                "Keep today's format: over {scope} no scheme that meets the constraints does better than `{BASELINE}`."
            ),
            format!("{}.", capital(&margin(decision))),
        ),
        Outcome::Winner(name) => (
            format!(
                "Upstream `{name}`: over {scope} it {}.",
                figures(decision, name)
            ),
            format!(
                "It answers every PC exactly, needs {}, and {}.",
                lines(decision, name),
                margin(decision)
            ),
        ),
        Outcome::Inconclusive(names) => {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let best = decision.ranked().take(2).map(|(means, _)| {
                let name = &means.scheme.name;
                format!("`{name}` {}", figures(decision, name))
            });
            let what = format!(
                "Inconclusive: over {scope} the data do not decide between {}, whose scores overlap ({}).",
                list(&quoted),
                scores(decision, names)
            );
            (what, format!("{}.", best.collect::<Vec<_>>().join("; ")))
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

/// What a scheme leaves of the bytes, and how long its lookups take.
fn figures(decision: &Decision, name: &str) -> String {
    let Some(means) = decision.means(name) else {
        return String::new();
    };
    let bytes = means.bytes.map(|spread| {
        format!(
            "leaves {} of the section's bytes ({} from module to module)",
            percent(spread.mean),
            percent_range(spread.min, spread.max)
        )
    });
    let time = |mean: Option<MeanRatio>, cache: &str| {
        mean.map(|mean| format!("{mean} today's time with {cache} caches"))
    };
    let times = [time(means.hot, "hot"), time(means.cold, "cold")];
    let times: Vec<String> = times.into_iter().flatten().collect();
    let time = (!times.is_empty()).then(|| format!("a lookup takes {}", list(&times)));
    let parts: Vec<String> = bytes.into_iter().chain(time).collect();
    list(&parts)
}

fn lines(decision: &Decision, name: &str) -> String {
    decision.means(name).map_or_else(String::new, |means| {
        let scheme = &means.scheme;
        let compiler = match scheme.compiler_lines {
            0 => "no change".to_owned(),
            lines => plural(lines as usize, "line"),
        };
        let (reader, writer) = (scheme.reader_lines, scheme.writer_lines);
        format!("{compiler} in Wasmtime's compiler, reads in {reader} lines and writes in {writer}")
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
    let is_other = |outcome: &Outcome| *outcome != decision.outcome;
    let without = sensitivity.without_module.iter();
    let changed = without.filter(|(_, outcome)| is_other(outcome));
    let changed = changed.map(|(key, outcome)| format!("{} (then {outcome})", key.module));
    let changed: Vec<String> = changed.collect();
    let modules = match (sensitivity.without_module.len(), &changed[..]) {
        (0, _) => "There are too few modules to leave one out".to_owned(),
        (_, []) => "Leaving out any one module changes nothing".to_owned(),
        (_, [_, _, _, ..]) => format!(
            "Leaving out any one of {} modules changes this",
            changed.len()
        ),
        (_, some) => format!("Leaving out {} changes this", some.join(" or ")),
    };
    let grid = || sensitivity.grid.iter();
    let total: usize = grid().map(|(_, n)| n).sum();
    let same = grid().find(|(outcome, _)| !is_other(outcome));
    let same = same.map_or(0, |(_, n)| *n);
    let other = grid().find(|(outcome, _)| is_other(outcome));
    let other = other.map_or_else(String::new, |(outcome, n)| {
        format!(", the most frequent other verdict is {outcome} with {n}")
    });
    format!("{modules}; the verdict is the same for {same} of {total} weightings{other}.")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
