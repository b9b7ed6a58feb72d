//! The decision in words: three sentences, and `decision.md`.

use super::{Candidate, Decision, Fate, Outcome, Score};
use crate::figures::{Estimate, Figures};
use crate::format::{NONE, estimate, list, module, percent, percent_range, plural};
use crate::results::{BASELINE, Tier};
use crate::table::Table;

/// The recommendation in three sentences: what, why, how sure.
pub(crate) fn recommendation(d: &Decision) -> [String; 3] {
    match &d.outcome {
        Outcome::Winner(name) if name == BASELINE => [
            format!(
                "Keep today's format: over {} no scheme that meets the constraints does better than `{BASELINE}`.",
                scope(d)
            ),
            format!("{}.", capital(&margin(d))),
            sure(d),
        ],
        Outcome::Winner(name) => [
            format!(
                "Upstream `{name}`: over {} it {}.",
                scope(d),
                figures(d, name)
            ),
            format!(
                "It answers every PC exactly, needs no Cranelift change{}, and {}.",
                lines(d, name),
                margin(d)
            ),
            sure(d),
        ],
        Outcome::Inconclusive(names) => {
            let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
            let each: Vec<String> = ranked(d)
                .take(2)
                .map(|(n, _)| format!("`{n}` {}", figures(d, n)))
                .collect();
            [
                format!(
                    "Inconclusive: over {} the data do not decide between {}, whose scores overlap ({}).",
                    scope(d),
                    list(&quoted),
                    scores(d, names)
                ),
                format!("{}.", each.join("; ")),
                sure(d),
            ]
        }
        Outcome::Nobody => [
            "No scheme was sized on every module, so there is nothing to recommend.".to_owned(),
            "The table of constraints says what each of them lacks.".to_owned(),
            sure(d),
        ],
    }
}

/// What the reader has to keep in mind, one line each.
pub(crate) fn caveats(d: &Decision) -> Vec<String> {
    let mut lines = Vec::new();
    if d.selection.tier != Tier::Wild {
        lines.push(format!(
            "No module from the wild was measured; the figures are for the tier {}.",
            d.selection.tier
        ));
    }
    for (cache, scenario) in [("hot", &d.selection.hot), ("cold", &d.selection.cold)] {
        if scenario.is_none() {
            lines.push(format!(
                "Lookups with {cache} caches were not measured, and carry no weight."
            ));
        }
    }
    lines
}

fn scope(d: &Decision) -> String {
    let modules = plural(d.selection.modules.len(), "module");
    format!(
        "the {modules} of the tier {} ({})",
        d.selection.tier, d.selection.isa
    )
}

fn figures(d: &Decision, name: &str) -> String {
    let Some(f) = d.figures(name) else {
        return String::new();
    };
    let bytes = f.bytes.map(|b| {
        let range = percent_range(&b);
        format!(
            "leaves {} of the section's bytes ({range} from module to module)",
            percent(b.mean)
        )
    });
    let time = |e: Option<Estimate>, cache: &str| {
        e.map(|e| format!("{} today's time with {cache} caches", estimate(&e)))
    };
    let times: Vec<String> = [time(f.hot, "hot"), time(f.cold, "cold")]
        .into_iter()
        .flatten()
        .collect();
    let time = (!times.is_empty()).then(|| format!("a lookup takes {}", list(&times)));
    let parts: Vec<String> = bytes.into_iter().chain(time).collect();
    list(&parts)
}

fn lines(d: &Decision, name: &str) -> String {
    let scheme = d.figures(name).map(|f| &f.scheme);
    match scheme.map(|s| (s.reader_lines, s.writer_lines)) {
        Some((reader, writer)) => format!(", reads in {reader} lines and writes in {writer}"),
        None => String::new(),
    }
}

fn margin(d: &Decision) -> String {
    let ranked: Vec<_> = ranked(d).collect();
    match ranked[..] {
        [(first, score), (next, beaten), ..] => format!(
            "with the weights {} the score of `{first}`, {}, is clear of the next, `{next}` with {}",
            d.weights,
            score_text(&score),
            score_text(&beaten)
        ),
        _ => "every other candidate is dominated or breaks a constraint".to_owned(),
    }
}

fn sure(d: &Decision) -> String {
    let s = &d.sensitivity;
    let changed: Vec<String> = s
        .without_module
        .iter()
        .filter(|(_, outcome)| *outcome != d.outcome)
        .map(|(key, outcome)| format!("{} (then {outcome})", key.module))
        .collect();
    let modules = match (s.without_module.len(), &changed[..]) {
        (0, _) => "There are too few modules to leave one out".to_owned(),
        (_, []) => "Leaving out any one module changes nothing".to_owned(),
        (_, [_, _, _, ..]) => format!(
            "Leaving out any one of {} modules changes this",
            changed.len()
        ),
        (_, some) => format!("Leaving out {} changes this", some.join(" or ")),
    };
    let total: usize = s.grid.iter().map(|(_, n)| n).sum();
    let same = s
        .grid
        .iter()
        .find(|(o, _)| *o == d.outcome)
        .map_or(0, |(_, n)| *n);
    let other = s.grid.iter().find(|(o, _)| *o != d.outcome);
    let other = other.map_or_else(String::new, |(o, n)| {
        format!(", the most frequent other verdict is {o} with {n}")
    });
    format!("{modules}; the verdict is the same for {same} of {total} weightings{other}.")
}

fn ranked(d: &Decision) -> impl Iterator<Item = (&str, Score)> {
    d.candidates.iter().filter_map(|c| match c.fate {
        Fate::Ranked(score) => Some((c.figures.scheme.name.as_str(), score)),
        _ => None,
    })
}

fn scores(d: &Decision, names: &[String]) -> String {
    let of = |(name, s): (&str, Score)| format!("`{name}` {}", score_text(&s));
    let shown = ranked(d).filter(|(name, _)| names.iter().any(|n| n == name));
    shown.map(of).collect::<Vec<_>>().join(", ")
}

fn score_text(s: &Score) -> String {
    if s.lo == s.hi {
        return format!("{:.3}", s.value);
    }
    format!("{:.3} [{:.3}, {:.3}]", s.value, s.lo, s.hi)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Every scheme with what became of it.
pub(crate) fn score_table(d: &Decision) -> Table {
    let head = [
        "scheme",
        "what became of it",
        "bytes",
        "hot",
        "cold",
        "score",
    ];
    let mut table = Table::new(2, head);
    for Candidate { figures, fate } in &d.candidates {
        let (what, score) = match fate {
            Fate::Ranked(score) => ("ranked".to_owned(), score_text(score)),
            Fate::Dominated(by) => (format!("dominated by `{by}`"), NONE.to_owned()),
            Fate::Excluded(why) => (format!("excluded: {}", list(why)), NONE.to_owned()),
        };
        let [bytes, hot, cold] = cells(figures);
        table.push([
            format!("`{}`", figures.scheme.name),
            what,
            bytes,
            hot,
            cold,
            score,
        ]);
    }
    table
}

fn cells(f: &Figures) -> [String; 3] {
    let time = |e: Option<Estimate>| e.map_or_else(|| NONE.to_owned(), |e| estimate(&e));
    let bytes = f.bytes.map_or_else(|| NONE.to_owned(), |b| percent(b.mean));
    [bytes, time(f.hot), time(f.cold)]
}

/// Headed tables that say what would change the verdict.
pub(crate) fn sensitivity_tables(d: &Decision) -> Vec<(&'static str, Table)> {
    let s = &d.sensitivity;
    let mut modules = Table::new(2, ["left out", "verdict"]);
    for (key, outcome) in &s.without_module {
        modules.push([module(key), outcome.to_string()]);
    }
    modules.push([
        "`module_start`, everywhere".to_owned(),
        s.without_start.to_string(),
    ]);
    let mut share = Table::new(2, ["weight of the bytes", "verdict"]);
    for range in &s.bytes_share {
        let span = match range.from == range.to {
            true => format!("{} %", range.from),
            false => format!("{}–{} %", range.from, range.to),
        };
        share.push([span, range.outcome.to_string()]);
    }
    let mut grid = Table::new(1, ["verdict", "weightings"]);
    for (outcome, n) in &s.grid {
        grid.push([outcome.to_string(), n.to_string()]);
    }
    let mut subsets = Table::new(1, ["modules", "verdict", "number"]);
    subsets.words = 2;
    for (what, n, outcome) in &s.subsets {
        subsets.push([what.clone(), outcome.to_string(), n.to_string()]);
    }
    let mut tables = vec![
        ("One module less", modules),
        (
            "More or less weight for the bytes, hot and cold in proportion",
            share,
        ),
        ("All weightings in steps of 10 %", grid),
    ];
    if !subsets.rows.is_empty() {
        tables.push(("Other modules", subsets));
    }
    tables
}

/// `decision.md`.
pub(crate) fn markdown(d: &Decision) -> String {
    let mut out = String::from("# Decision\n\n");
    out += &recommendation(d).join(" ");
    out += "\n";
    for line in caveats(d) {
        out += &format!("\n- {line}\n");
    }
    out += "\n## Rules\n\nThis file is generated from the results by these rules.\n\n";
    for rule in RULES {
        out += &format!("{rule}\n");
    }
    out += &format!(
        "\nWeights: {}. Ratios are to `{BASELINE}`; below 1 is better.\n",
        d.weights
    );
    for (name, scenario) in [("Hot", &d.selection.hot), ("Cold", &d.selection.cold)] {
        if let Some(s) = scenario {
            out += &format!("{name}: {s}.\n");
        }
    }
    out += &format!("\n## Candidates\n\n{}", score_table(d).markdown());
    out += "\n## What would change our mind\n";
    for (title, table) in sensitivity_tables(d) {
        out += &format!("\n### {title}\n\n{}", table.markdown());
    }
    out
}

/// The rules in the order in which they are applied.
pub(crate) const RULES: [&str; 3] = [
    "1. Constraints: a candidate answers every PC exactly, needs no Cranelift change, is marked recommendable, encodes every module and is timed wherever others are; where faults were injected, no kind of fault is answered wrongly more often than `exact` does, each under the strictest policy that raises no false alarm. `exact` itself (keep today's format) always is a candidate.",
    "2. Dominance: a candidate goes if another is no larger and, wherever lookups were timed, faster beyond the noise.",
    "3. Score: the weighted geometric mean of the ratios to `exact`. The lowest wins; if the interval of another reaches the winner's, the verdict is inconclusive.",
];
