//! Rounds of processes: in each, everything that is run is run once with every
//! format, one process after the other, in an order of its own.

use crate::compile::{CompileJob, Compiled, cwasm};
use crate::job::{Threads, ask};
use crate::process::{Answers, Job, Measured, Seen, Timed};
use crate::subject::Subject;
use crate::table;
use crate::variant::{Variant, is_strict};
use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use stackmap_corpus::Collector;
use stackmap_rehearsal::note;
use stackmap_reports::results::{WasmtimeRow, WasmtimeSampleRow, write_rows};
use stackmap_reports::stats::{median, summarize_wasmtime};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Of the orders of processes.
const SEED: u64 = 10_431;

/// Refuses answers other than today's, frames at no known safepoint, and what a memo
/// cannot have handed on.
pub fn verify(
    subject: &Subject,
    collector: Collector,
    variant: Variant,
    today: &Answers,
    seen: &Seen,
) -> Result<()> {
    let at = || format!("{} with {}, {collector}", subject.name(), variant.scheme());
    ensure!(
        seen.answers == *today,
        "{}: lookups do not answer as today's do",
        at()
    );
    ensure!(
        !variant.is_strict() || seen.missing == 0,
        "{}: {} frames at no known safepoint",
        at(),
        seen.missing
    );
    let lookups = seen.answers.lookups;
    let plausible = match variant.memo {
        true => seen.handed_on.min(1) == lookups.min(1) && seen.handed_on <= lookups,
        false => seen.handed_on == 0,
    };
    ensure!(
        plausible,
        "{}: a memo handed on {} of {lookups} lookups",
        at(),
        seen.handed_on
    );
    Ok(())
}

/// What takes turns, and how long.
pub struct Group {
    pub subjects: Vec<Subject>,
    pub time: Duration,
}

/// A module, and the collector that it runs under.
type Place<'s> = (&'s Subject, Collector);

/// Makes rounds of each group until its time is over, writes what they measured and
/// returns what it comes to. What the first round does not come to is left out; it
/// begins with what takes least.
pub fn measure(
    out: &Path,
    groups: &[Group],
    most_rounds: u64,
    collectors: &[Collector],
) -> Result<Vec<WasmtimeRow>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut samples = Vec::new();
    let kept = tempfile::tempdir_in(out)?;
    for Group { subjects, time } in groups.iter().filter(|g| !g.subjects.is_empty()) {
        let started = Instant::now();
        let mut places = places(subjects, collectors)?;
        for round in 0..most_rounds {
            let began = Instant::now();
            let mut visited = 0;
            for place in &places {
                if round == 0 && visited > 0 && started.elapsed() > *time {
                    break;
                }
                samples.extend(visit(round, *place, kept.path(), &mut random)?);
                write_rows(out, &samples)?;
                visited += 1;
            }
            for (subject, collector) in places.drain(visited..) {
                let name = subject.name();
                note!("note: {name} with {collector}: left out, the minutes are over");
            }
            let took = began.elapsed();
            let first = subjects[0].name();
            note!("round {round} of {first} and others: {} s", took.as_secs());
            // The first compiles and compares as well: what it took says nothing.
            let next = if round == 0 { Duration::ZERO } else { took };
            if started.elapsed() + next > *time {
                break;
            }
            places.shuffle(&mut random);
        }
    }
    let mut strict = Vec::new();
    for variant in Variant::measured() {
        if is_strict(variant.scheme())? {
            strict.push(variant.scheme());
        }
    }
    let rows = summarize_wasmtime(&samples, |scheme| strict.contains(&scheme));
    write_rows(out, &rows)?;
    table::executions(&rows)?;
    Ok(rows)
}

/// The collector that compiles to less first, and of each the smallest modules.
fn places<'s>(subjects: &'s [Subject], collectors: &[Collector]) -> Result<Vec<Place<'s>>> {
    let mut sized = Vec::new();
    for subject in subjects {
        let bytes = subject.wasm()?.len();
        sized.extend(collectors.iter().map(|&on| (on, bytes, subject)));
    }
    sized.sort_by_key(|(collector, bytes, _)| (*collector, *bytes));
    let places = sized.into_iter();
    Ok(places.map(|(on, _, subject)| (subject, on)).collect())
}

/// Runs every variant once. The first round also compares answers, and times lookups
/// that have no memo.
fn visit(
    round: u64,
    (subject, collector): Place<'_>,
    kept: &Path,
    random: &mut StdRng,
) -> Result<Vec<WasmtimeSampleRow>> {
    let mut variants = Variant::measured();
    variants.shuffle(random);
    let mut compiled = BTreeMap::new();
    if round == 0 || !subject.is_execution() {
        compiled = compile(subject, collector, &variants, kept)?;
    }
    let mut answered = Vec::new();
    for variant in variants {
        let job = Job {
            subject: subject.name().to_owned(),
            collector,
            variant,
            file: cwasm(kept, subject.name(), collector, variant),
            thorough: round == 0,
        };
        let measured: Measured = ask("process", &job, Threads::One)?;
        answered.push((variant, measured));
    }
    if round == 0 {
        compare(subject, collector, &answered)?;
    }
    let sample = |(variant, measured): (Variant, Measured)| {
        let compiled = compiled.get(variant.scheme());
        sample(round, subject, collector, variant, compiled, measured)
    };
    Ok(answered.into_iter().map(sample).collect())
}

/// Compiles a module in the formats of these variants.
fn compile(
    subject: &Subject,
    collector: Collector,
    variants: &[Variant],
    folder: &Path,
) -> Result<BTreeMap<&'static str, Compiled>> {
    let formats = variants.iter().copied().filter(|variant| !variant.memo);
    let job = CompileJob {
        subject: subject.name().to_owned(),
        collector,
        variants: formats.collect(),
        folder: folder.to_owned(),
    };
    // Of wild modules no time of the clock is kept.
    let threads = match subject.is_execution() {
        true => Threads::All,
        false => Threads::One,
    };
    let compiled: Vec<Compiled> = ask("compile", &job, threads)?;
    let schemes = job.variants.iter().map(|variant| variant.scheme());
    Ok(schemes.zip(compiled).collect())
}

fn compare(
    subject: &Subject,
    collector: Collector,
    answered: &[(Variant, Measured)],
) -> Result<()> {
    let thorough =
        |measured: &'_ Measured| measured.thorough.as_ref().map(|t| t.seen.answers.clone());
    let today = answered.iter().find(|(v, _)| *v == Variant::TODAY);
    let today = today.and_then(|(_, measured)| thorough(measured));
    let today = today.context("today's format is one of the variants")?;
    for (variant, measured) in answered {
        let thorough = measured.thorough.as_ref();
        let thorough = thorough.context("the first round is thorough")?;
        verify(subject, collector, *variant, &today, &thorough.seen)?;
    }
    Ok(())
}

fn sample(
    round: u64,
    subject: &Subject,
    collector: Collector,
    variant: Variant,
    compiled: Option<&Compiled>,
    measured: Measured,
) -> WasmtimeSampleRow {
    let mut each: Vec<f64> = measured.pauses.iter().map(|pause| pause.0).collect();
    each.sort_unstable_by(f64::total_cmp);
    let p99 = each.len().saturating_mul(99).div_ceil(100).max(1) - 1;
    let thorough = measured.thorough.as_ref();
    let Timed(first_ns, _, first_faults) = measured.first;
    WasmtimeSampleRow {
        scheme: variant.scheme().to_owned(),
        module: subject.module().to_owned(),
        tier: subject.tier(),
        collector,
        memo: variant.memo_entries(),
        round,
        collections: each.len() as u64,
        frames: thorough.map_or(0, |t| t.seen.answers.lookups),
        pause_ns: each.iter().sum(),
        pause_p50_ns: median(each.clone()),
        pause_p99_ns: each.get(p99).copied().unwrap_or_default(),
        pause_max_ns: each.last().copied().unwrap_or_default(),
        walk_ns: measured.pauses.iter().map(|pause| pause.1).sum(),
        lookup_ns: thorough.and_then(|t| t.lookup_ns),
        section_bytes: measured.section_bytes,
        cwasm_bytes: measured.cwasm_bytes,
        load_bytes_ns: measured.load_bytes_ns,
        load_file_ns: measured.load_file_ns,
        compile_ns: compiled.and_then(|compiled| compiled.ns),
        first_ns,
        first_faults,
        peak_bytes: measured.peak_bytes,
        writer_share: compiled.map(|compiled| compiled.writer_share),
        handed_on: thorough.filter(|_| variant.memo).map(|t| t.seen.handed_on),
    }
}
