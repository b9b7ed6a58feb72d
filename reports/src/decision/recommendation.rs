//! The decision in the order in which a maintainer asks: what to do, the two
//! worries, what it costs and saves, how sure that is.

use super::tables::{gap_text, highest_text};
use crate::format::{list, module, percent, percent_range, plural, times};
use crate::headline::wasmtime;
use crate::results::{AGAIN, BASELINE, Collector, ModuleKey, Results, Tier};
use crate::stats::headline::of_tier;
use crate::stats::{Candidate, Criterion, Decision, Open, Question, Spread, median};
use std::collections::{BTreeMap, BTreeSet};

/// A question, and what the results answer.
pub(crate) type Said = (&'static str, String);

/// What is wrong today; what to do; and what follows from that, if it is to change
/// something.
pub(crate) fn recommendation(results: &Results, decision: &Decision) -> Vec<Said> {
    let mut said = vec![
        ("What is wrong today?", today(results)),
        ("What to do?", verdict(results, decision)),
    ];
    if let Some(own) = decision.recommended() {
        said.push(("Empty maps?", empties(decision, own)));
        said.push(("Is exactness lost?", exactness(decision, own)));
        said.extend(costs(results, decision, own));
        let saves = saves(results, decision, own);
        said.extend(saves.map(|text| ("What does it save, and whom?", text)));
    }
    said.push(("How sure is that?", certainty(decision)));
    said
}

/// What part of a `.cwasm` the stack maps are.
fn today(results: &Results) -> String {
    let rows = results.sizes.iter();
    let own = rows.filter(|row| row.tier == Tier::Wild && row.scheme == BASELINE);
    let shares: Vec<(Collector, f64)> = own
        .filter_map(|row| Some((row.collector, row.bytes as f64 / row.cwasm_bytes? as f64)))
        .collect();
    let of = |collector: Collector| {
        let shares = shares.iter().filter(|(other, _)| *other == collector);
        let spread = Spread::of(shares.map(|(_, share)| *share))?;
        let range = percent_range(spread.min, spread.max);
        Some(format!("{range} with the collector `{collector}`"))
    };
    let ranges: Vec<String> = [Collector::Copying, Collector::Drc]
        .into_iter()
        .filter_map(of)
        .collect();
    match ranges.is_empty() {
        true => "The size of no whole `.cwasm` is known.".to_owned(),
        false => format!(
            "Of the whole `.cwasm` of a real module the stack maps take {}.",
            list(&ranges)
        ),
    }
}

/// Three sentences: which scheme, what it leaves, what there is to review.
pub(crate) fn verdict(results: &Results, decision: &Decision) -> String {
    let headline = &decision.headline;
    if headline.modules.is_empty() || results.schemes.len() < 2 {
        return "No module with stack maps was measured, so there is nothing to recommend.".into();
    }
    let scope = format!(
        "the {} of the tier {} ({})",
        plural(headline.modules.len(), "module"),
        headline.tier,
        headline.isa
    );
    let Some(candidate) = decision.recommended() else {
        return format!(
            "Keep today's format: over {scope} no scheme that keeps the rules is materially better than `{BASELINE}`."
        );
    };
    let what = format!("`{}`, {}", candidate.name, with(decision.preferred));
    let doubts = doubts(decision);
    let mut text = match doubts.is_empty() {
        true => format!("Upstream {what}."),
        false => format!(
            "No verdict yet, since {}; by what is known it would be {what}.",
            list(&doubts)
        ),
    };
    let means = decision.means(&candidate.scheme.name);
    if let Some((spread, total)) = means.and_then(|means| Some((means.bytes?, means.total?))) {
        text += &format!(
            " It leaves {} of the section's bytes in the geometric mean over {scope}, and {} of them all together.",
            percent(spread.mean),
            percent(total)
        );
    }
    text + &review(candidate)
}

/// Why a verdict would be too early.
fn doubts(decision: &Decision) -> Vec<String> {
    let answer = decision.answer(decision.preferred);
    let kinds = [
        (&answer.unjudged, ["was not measured", "were not measured"]),
        (&answer.doubtful, ["may be materially worse"; 2]),
    ];
    let some = kinds.into_iter().filter(|(found, _)| !found.is_empty());
    let doubts = some.map(|(found, [one, several])| {
        let names: Vec<String> = found.iter().map(ToString::to_string).collect();
        let verb = if names.len() == 1 { one } else { several };
        format!("{} {verb}", list(&names))
    });
    doubts.collect()
}

fn with(question: Question) -> &'static str {
    match question {
        Question::FormatAlone => "and change nothing else",
        Question::Strict => "with empty maps and strict mode",
    }
}

fn review(candidate: &Candidate) -> String {
    let scheme = &candidate.scheme;
    let memo = match candidate.memo {
        0 => String::new(),
        _ => format!(
            ", and {} for a memo of decoded answers that the collector owns",
            scheme.memo_lines
        ),
    };
    format!(
        " There are {} of reader and {} of writer to review{memo}.",
        plural(scheme.reader_lines as usize, "line"),
        scheme.writer_lines
    )
}

/// The first worry.
fn empties(decision: &Decision, own: &Candidate) -> String {
    if decision.preferred == Question::FormatAlone {
        return "None are recorded.".to_owned();
    }
    let scheme = &own.scheme;
    let mut text = format!(
        "They take {} in Wasmtime's compiler and none in Cranelift.",
        plural(scheme.compiler_lines as usize, "line")
    );
    let bytes = |name: &str| Some(decision.means(name)?.bytes?.mean);
    let without = scheme.name.strip_suffix("-tri");
    let both = without.and_then(|base| Some((base, bytes(base)?, bytes(&scheme.name)?)));
    if let Some((base, before, after)) = both {
        text += &format!(
            " The section has {} of today's bytes without them (`{base}`) and {} with them.",
            percent(before),
            percent(after)
        );
    }
    text
}

/// The second worry.
fn exactness(decision: &Decision, own: &Candidate) -> String {
    let mut text = match decision.preferred {
        Question::FormatAlone => {
            "No: every PC that is no recorded safepoint is told from one, as today.".to_owned()
        }
        Question::Strict => "No: every PC that is no safepoint is told from one, and a safepoint without references from both.".to_owned(),
    };
    let faults = decision.gap(&own.name, Criterion::Faults);
    if let Some(gap) = faults.filter(|gap| gap.lo < 0.0 && gap.hi == 0.0) {
        text += &format!(
            " With a fatal missing entry, as in debug builds and under `gc_zeal`, {} of {} families of faults are answered wrongly less often than today, and none more often.",
            -gap.lo, gap.n
        );
    }
    text
}

/// What executions in Wasmtime say: one by one, in the mean, and of the first collection.
fn costs(results: &Results, decision: &Decision, own: &Candidate) -> Vec<Said> {
    let Some(executions) = wasmtime::counted(results) else {
        return Vec::new();
    };
    let again = Criterion::TIMES.into_iter().filter_map(|criterion| {
        let ratio = gap_text(criterion, decision.gap(AGAIN, criterion)?);
        Some(format!("{criterion} {ratio}"))
    });
    let again: Vec<String> = again.collect();
    let means = Criterion::TIMES.into_iter().filter_map(|criterion| {
        let gap = decision.gap(&own.name, criterion)?;
        let ratio = gap_text(criterion, gap);
        let tiers = decision.gaps_by_tier(&own.name, criterion);
        let tiers = tiers.map(|(tier, gap)| format!("{tier} {}", gap_text(criterion, gap)));
        let tiers: Vec<String> = tiers.collect();
        let tiers = match tiers.len() {
            0 | 1 => String::new(),
            _ => format!(": {}", list(&tiers)),
        };
        let modules = plural(gap.n, "module");
        Some(format!("{criterion} {ratio} ({modules}{tiers})"))
    });
    let means: Vec<String> = means.collect();
    if means.is_empty() {
        return Vec::new();
    }
    let whom = format!(
        "Of {executions} none is shown to take materially longer than today; a scheme with which one is, is excluded. What an execution takes is the median of its rounds of processes, with the interval of their mean.{}",
        unsettled(decision)
    );
    let mut mean = format!(
        "With the interval for modules like these: {}.{}",
        list(&means),
        by_tiers_alone(decision, own)
    );
    if !again.is_empty() {
        mean += &format!(
            " With today's format built twice, the control: {}.",
            list(&again)
        );
    }
    if let Some(shares) = wasmtime::lookup_shares(results) {
        mean += &format!(" {shares}");
    }
    let mut said = vec![
        ("What does it cost, and whom?", whom),
        ("What in the mean?", mean),
    ];
    let writers = wasmtime::writer_shares(results, decision);
    said.extend(writers.map(|text| ("And the writer?", text)));
    let first = wasmtime::first_collections(results, decision);
    said.extend(first.map(|text| ("And the first collection?", text)));
    said
}

/// The tiers whose modules alone would give no verdict, and in what.
fn by_tiers_alone(decision: &Decision, own: &Candidate) -> String {
    let mut doubts: BTreeMap<Tier, Vec<String>> = BTreeMap::new();
    for criterion in Criterion::TIMES {
        let threshold = decision.rules.threshold(criterion);
        for (tier, gap) in decision.gaps_by_tier(&own.name, criterion) {
            if gap.hi >= threshold {
                let doubt = format!("{criterion} up to {}", times(1.0 + gap.hi));
                doubts.entry(tier).or_default().push(doubt);
            }
        }
    }
    let doubts = doubts.into_iter().map(|(tier, doubts)| {
        format!(
            " By the tier {tier} alone there would be no verdict: its intervals leave room for {}.",
            list(&doubts)
        )
    });
    doubts.collect()
}

/// The times of single executions that may be materially longer for all that is known.
fn unsettled(decision: &Decision) -> String {
    let mut total = (0, 0);
    let mut highest: Vec<String> = Vec::new();
    for found in &decision.answer(decision.preferred).open {
        if let Open::Executions {
            criterion,
            open,
            of,
            highest: own,
        } = found
        {
            total = (total.0 + open, total.1 + of);
            let own = highest_text(*criterion, own);
            highest.push(format!("{criterion} of {own}"));
        }
    }
    let (open, of) = total;
    if open == 0 {
        return String::new();
    }
    let (by_chance, control) = decision.by_chance;
    format!(
        " Not shown is not absent: the interval of {open} of their {of} times reaches beyond the threshold, as that of {by_chance} of {control} does with today's format built twice. The highest estimates: {}.",
        list(&highest)
    )
}

/// The files that lose most and least.
fn saves(results: &Results, decision: &Decision, own: &Candidate) -> Option<String> {
    let rows = of_tier(results, decision.headline.tier);
    let rows = rows.filter(|row| row.scheme == own.scheme.name);
    let saved = rows.filter_map(|row| {
        let less = row.baseline_bytes as f64 - row.bytes as f64;
        Some((row.key(), less / row.cwasm_bytes? as f64))
    });
    let mut saved: Vec<(ModuleKey, f64)> = saved.collect();
    saved.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ((least, min), (most, max)) = (saved.first()?, saved.last()?);
    let mut text = format!(
        "{} of a whole `.cwasm`, in {} combinations of module, ISA and collector: most of {}, least of {}.",
        percent_range(*min, *max),
        saved.len(),
        module(most),
        module(least)
    );
    if let Some((simplest, spread)) = beside_simplest(results, decision, own) {
        let [least, median, most] = spread;
        text += &format!(
            " Beyond `{}`, for {} instead of {}, that is {} at most and {} in the median",
            simplest.name,
            plural(own.lines() as usize, "line"),
            simplest.lines(),
            percent(most),
            percent(median),
        );
        text += &match least < 0.0 {
            true => format!("; at worst it takes {} more.", percent(-least)),
            false => ".".to_owned(),
        };
    }
    Some(text)
}

/// The scheme of the fewest lines but today's, and what the recommended one saves of
/// the `.cwasm` beyond it: least, median and most.
fn beside_simplest<'d>(
    results: &Results,
    decision: &'d Decision,
    own: &Candidate,
) -> Option<(&'d Candidate, [f64; 3])> {
    let others = decision.candidates.iter();
    let others = others.filter(|other| {
        let is_scheme = other.scheme.name != BASELINE && other.scheme.name != own.scheme.name;
        is_scheme && other.memo == 0
    });
    let simplest = others.min_by_key(|other| other.lines())?;
    let tier = decision.headline.tier;
    let rows = |scheme: &str| {
        let rows = of_tier(results, tier).filter(move |row| row.scheme == scheme);
        rows.map(|row| (row.key(), row)).collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (rows(&simplest.scheme.name), rows(&own.scheme.name));
    let saved = before.iter().filter_map(|(key, before)| {
        let less = before.bytes as f64 - after.get(key)?.bytes as f64;
        Some(less / before.cwasm_bytes? as f64)
    });
    let mut saved: Vec<f64> = saved.collect();
    saved.sort_by(f64::total_cmp);
    let (least, most) = (*saved.first()?, *saved.last()?);
    Some((simplest, [least, median(saved), most]))
}

/// What would change the verdict.
fn certainty(decision: &Decision) -> String {
    let sensitivity = &decision.sensitivity;
    let recommended = decision.recommended().map(|own| own.name.as_str());
    let changing = sensitivity.changing(recommended);
    let tried = sensitivity.tried();
    let mut text = match changing.len() {
        0 => format!(
            "None of {tried} changes gives another verdict: thresholds halved and doubled, each module, toolchain, size, ISA, collector and execution left out."
        ),
        n => {
            let names = changing.into_iter().map(|(what, verdict)| {
                let verdict = verdict.map_or("today's format".to_owned(), |own| format!("`{own}`"));
                format!("{what}, {verdict}")
            });
            let names: Vec<String> = names.collect();
            format!(
                "Of {tried} changes {n} give another verdict: {}.",
                names.join("; ")
            )
        }
    };
    let (same, others): (Vec<_>, Vec<_>) = (sensitivity.cwasm.iter())
        .partition(|span| span.verdicts.recommended.as_deref() == recommended);
    let same = same.iter().map(|span| percent_range(span.from, span.to));
    let same: Vec<String> = same.collect();
    text += &format!(
        " It is the same wherever a difference in the size of a file counts from {}.",
        list(&same)
    );
    let others = others.iter().map(|span| match &span.verdicts.recommended {
        Some(other) => format!("`{other}`"),
        None => "today's format".to_owned(),
    });
    let others: BTreeSet<String> = others.collect();
    if !others.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        text += &format!(
            " At the others that were tried it would be {}.",
            others.join(" or ")
        );
    }
    let open = decision.answer(decision.preferred).open.iter();
    match open
        .filter(|open| matches!(open, Open::Against { .. }))
        .count()
    {
        0 => text,
        1 => text + " One comparison with another scheme is open.",
        n => format!("{text} {n} comparisons with other schemes are open."),
    }
}
