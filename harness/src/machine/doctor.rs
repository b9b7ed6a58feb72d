//! What on this machine will blur the timings of a run.

use super::caches::Caches;
use super::system;
use super::usage::{Ticks, Usage};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fmt, thread};

/// How long to watch the machine.
const WATCH: Duration = Duration::from_millis(800);
/// CPUs' worth of others' work that is worth a warning.
const NOISY: f64 = 0.2;
/// Share of stolen time that is worth a warning.
const STOLEN: f64 = 0.01;
/// Bytes of memory that a run may take.
const MEMORY: u64 = 2 << 30;
/// A clock coarser than this blurs the shortest batches.
const COARSE: Duration = Duration::from_nanos(200);
/// Readings of the clock that its finest step is taken from.
const READINGS: usize = 1000;

/// What one look at the machine gave.
struct Diagnosis {
    /// Whether it leaves timings alone.
    ok: bool,
    text: String,
}

impl Diagnosis {
    fn new(ok: bool, text: impl Into<String>) -> Diagnosis {
        let text = text.into();
        Diagnosis { ok, text }
    }

    fn ok(text: impl Into<String>) -> Diagnosis {
        Diagnosis::new(true, text)
    }

    fn blur(text: impl Into<String>) -> Diagnosis {
        Diagnosis::new(false, text)
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.ok { "ok" } else { "blur" };
        write!(f, "{verdict:<5} {}", self.text)
    }
}

/// One line per diagnosis, `ok` or `blur` first.
pub fn verdict() -> Vec<String> {
    let mut diagnoses = vec![load(), pinning(), hypervisor(), frequency(), threads()];
    diagnoses.extend([caches(), memory(), clock(), perf()]);
    if cfg!(debug_assertions) {
        diagnoses.push(Diagnosis::blur("a debug build: build with --release"));
    }
    diagnoses.iter().map(Diagnosis::to_string).collect()
}

/// The diagnosis of a run that is over.
pub fn afterwards(usage: Usage) -> String {
    let text = format!("while timing, {}", describe(usage));
    Diagnosis::new(is_quiet(usage), text).to_string()
}

fn is_quiet(usage: Usage) -> bool {
    usage.others < NOISY && usage.steal < STOLEN
}

fn load() -> Diagnosis {
    let usage = Ticks::now().and_then(|before| {
        thread::sleep(WATCH);
        before.until(Ticks::now()?)
    });
    match usage {
        Some(usage) => Diagnosis::new(is_quiet(usage), describe(usage)),
        None => Diagnosis::blur("the load of this machine is not known"),
    }
}

fn describe(usage: Usage) -> String {
    format!(
        "others used {:.1} of {} CPUs, the hypervisor withheld {:.1} %",
        usage.others,
        system::cpus(),
        100.0 * usage.steal
    )
}

fn pinning() -> Diagnosis {
    // On a thread of its own, which ends: the rest of the run stays free.
    match thread::spawn(system::pin).join() {
        Ok(Some(cpu)) => Diagnosis::ok(format!("timing processes are pinned to CPU {cpu}")),
        _ => Diagnosis::blur("timing processes cannot be pinned to a CPU"),
    }
}

fn hypervisor() -> Diagnosis {
    match system::hypervisor() {
        Some(name) => Diagnosis::blur(format!(
            "a virtual machine ({name}): neighbours are out of sight"
        )),
        None => Diagnosis::ok("no hypervisor"),
    }
}

fn frequency() -> Diagnosis {
    match system::governor() {
        Some(governor) if governor == "performance" => Diagnosis::ok("fixed CPU frequency"),
        Some(governor) => Diagnosis::blur(format!(
            "CPU frequency governor {governor}: set performance"
        )),
        None => Diagnosis::blur("CPU frequency is out of sight"),
    }
}

fn threads() -> Diagnosis {
    match system::hyperthreads() {
        true => Diagnosis::blur("cores are shared by two threads: turn SMT off"),
        false => Diagnosis::ok("no threads that share a core"),
    }
}

fn caches() -> Diagnosis {
    let Caches { l2, last, known } = Caches::read();
    let (l2, last) = (l2 >> 10, last >> 10);
    let source = if known { "" } else { ", assumed" };
    Diagnosis::new(
        known,
        format!("caches: L2 {l2} KiB, last level {last} KiB{source}"),
    )
}

fn memory() -> Diagnosis {
    let Some(bytes) = system::memory_available() else {
        return Diagnosis::blur("free memory is not known");
    };
    let (have, need) = (bytes >> 20, MEMORY >> 20);
    Diagnosis::new(
        bytes >= MEMORY,
        format!("{have} MiB of memory free, {need} MiB needed"),
    )
}

fn clock() -> Diagnosis {
    let start = Instant::now();
    let ticks = (0..READINGS).map(|_| start.elapsed()).collect::<Vec<_>>();
    let steps = ticks.windows(2).map(|pair| pair[1] - pair[0]);
    let step = steps
        .filter(|step| !step.is_zero())
        .min()
        .unwrap_or(Duration::MAX);
    Diagnosis::new(
        step < COARSE,
        format!("the clock resolves {} ns", step.as_nanos()),
    )
}

fn perf() -> Diagnosis {
    let count = ["stat", "-x,", "-e", "instructions:u", "true"];
    let output = Command::new("perf")
        .args(count)
        .stdin(Stdio::null())
        .output();
    let counts = output.is_ok_and(|o| {
        o.status.success() && !String::from_utf8_lossy(&o.stderr).contains("not supported")
    });
    match counts {
        true => Diagnosis::ok("perf counts instructions"),
        false => Diagnosis::blur("perf cannot count instructions here; callgrind can"),
    }
}
