//! One process that measures: loads a module in one format, and runs it.

use crate::observe::{Pause, pauses, peak_bytes};
use crate::subject::Subject;
use crate::variant::Variant;
use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection};
use serde::{Deserialize, Serialize};
use stackmap_corpus::Collector;
use stackmap_rehearsal::config_of;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use wasmtime::{Engine, Module};
use wasmtime_environ::{formats, obj};

/// Loads of the `.cwasm`, the shortest of which counts.
const LOADS: u32 = 9;

/// Readings of the clock that say how long one takes.
const READINGS: u32 = 20_000;

/// What a process is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    pub subject: String,
    pub collector: Collector,
    pub variant: Variant,
    /// The `.cwasm`.
    pub file: PathBuf,
    /// Whether answers are compared besides, and lookups timed that have no memo.
    pub thorough: bool,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    pub first: Timed,
    /// Of every collection of a run, the shortest of some runs.
    pub pauses: Vec<Timed>,
    pub section_bytes: u64,
    pub cwasm_bytes: u64,
    pub load_bytes_ns: f64,
    pub load_file_ns: f64,
    pub peak_bytes: u64,
    pub thorough: Option<Thorough>,
}

/// A collection and its walk, in nanoseconds, and its page faults.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Timed(pub f64, pub f64, pub u64);

/// What takes runs of its own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Thorough {
    pub seen: Seen,
    /// Of all lookups; not timed behind a memo, which answers most.
    pub lookup_ns: Option<f64>,
}

/// What one run asked the stack maps.
#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    pub answers: Answers,
    /// Lookups of known safepoints without references.
    pub empties: u64,
    /// Lookups of what has no entry.
    pub missing: u64,
    /// Lookups that a memo did not answer by itself.
    pub handed_on: u64,
}

/// What must be the same with every format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    pub collections: u64,
    pub lookups: u64,
    pub references: u64,
    pub hash: u64,
}

pub fn measure(job: &Job) -> Result<Measured> {
    job.variant.select();
    let subject = Subject::named(&job.subject)?;
    let engine = Engine::new(&config_of(&subject.options(job.collector)?)?)?;
    let cwasm = std::fs::read(&job.file).with_context(|| job.file.display().to_string())?;
    // SAFETY: another process of this program compiled it.
    let load_bytes = || unsafe { Module::deserialize(&engine, &cwasm) };
    let load_bytes_ns = shortest(load_bytes)?;
    let load_file_ns = shortest(|| load(&engine, &job.file))?;

    let code = load(&engine, &job.file)?;
    let run = || {
        let (ran, pauses) = pauses(|| subject.run(&engine, &code));
        ran.map(|()| pauses)
    };
    let first = run()?.first().copied().unwrap_or_default();
    let runs = subject.runs();
    let mut least = run()?;
    for _ in 1..runs {
        let again = run()?;
        let same = again.len() == least.len();
        ensure!(same, "{}: runs differ in collections", job.subject);
        for (least, pause) in least.iter_mut().zip(again) {
            least.ns = least.ns.min(pause.ns);
            least.walk_ns = least.walk_ns.min(pause.walk_ns);
        }
    }
    let peak_bytes = peak_bytes();
    let timed = if job.variant.memo { 0 } else { runs };
    let thorough = job.thorough.then(|| thorough(&run, timed)).transpose()?;
    Ok(Measured {
        first: first.into(),
        pauses: least.into_iter().map(Timed::from).collect(),
        section_bytes: section_bytes(&cwasm)?,
        cwasm_bytes: cwasm.len() as u64,
        load_bytes_ns,
        load_file_ns,
        peak_bytes,
        thorough,
    })
}

impl From<Pause> for Timed {
    fn from(pause: Pause) -> Timed {
        Timed(pause.ns, pause.walk_ns, pause.faults)
    }
}

fn load(engine: &Engine, file: &Path) -> wasmtime::Result<Module> {
    // SAFETY: another process of this program compiled it.
    unsafe { Module::deserialize_file(engine, file) }
}

/// Nanoseconds of the shortest of some loads.
fn shortest(load: impl Fn() -> wasmtime::Result<Module>) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..LOADS {
        let started = Instant::now();
        let module = load()?;
        least = least.min(started.elapsed().as_nanos() as f64);
        drop(module);
    }
    Ok(least)
}

/// Bytes of the stack maps in a `.cwasm`.
pub fn section_bytes(cwasm: &[u8]) -> Result<u64> {
    let file = object::File::parse(cwasm)?;
    let section = file.section_by_name(obj::ELF_WASMTIME_STACK_MAP);
    Ok(section.map_or(0, |section| section.size()))
}

/// Counts what one run asks, and times the lookups of so many more.
fn thorough(run: &impl Fn() -> Result<Vec<Pause>>, runs: u32) -> Result<Thorough> {
    let seen = seen(run)?;
    let mut each = Vec::new();
    for _ in 0..runs {
        see(formats::TIMED);
        run()?;
        each.push(formats::LOOKUP_NS.load(Relaxed) as f64);
    }
    see(formats::PLAIN);
    let of_clock = seen.answers.lookups as f64 * clock_ns();
    let shortest = each.into_iter().reduce(f64::min);
    Ok(Thorough {
        seen,
        lookup_ns: shortest.map(|ns| (ns - of_clock).max(0.0)),
    })
}

/// What a run asks the stack maps.
pub fn seen(run: impl FnOnce() -> Result<Vec<Pause>>) -> Result<Seen> {
    let count = |counter: &AtomicU64| counter.load(Relaxed);
    see(formats::HASHED);
    let collections = run()?.len() as u64;
    let seen = Seen {
        answers: Answers {
            collections,
            lookups: count(&formats::LOOKUPS),
            references: count(&formats::REFERENCES),
            hash: count(&formats::HASH),
        },
        empties: count(&formats::EMPTIES),
        missing: count(&formats::MISSING),
        handed_on: count(&formats::HANDED_ON),
    };
    see(formats::PLAIN);
    Ok(seen)
}

/// Lookups are seen in this way from now on, and counted anew.
pub fn see(what: usize) {
    let see: &AtomicUsize = &formats::SEEN;
    see.store(what, Relaxed);
    for counter in [
        &formats::LOOKUPS,
        &formats::EMPTIES,
        &formats::MISSING,
        &formats::REFERENCES,
        &formats::HANDED_ON,
        &formats::HASH,
        &formats::LOOKUP_NS,
    ] {
        counter.store(0, Relaxed);
    }
}

/// What reading the clock twice measures of nothing, in nanoseconds.
fn clock_ns() -> f64 {
    let mut sum = 0;
    for _ in 0..READINGS {
        sum += black_box(Instant::now()).elapsed().as_nanos();
    }
    sum as f64 / f64::from(READINGS)
}
