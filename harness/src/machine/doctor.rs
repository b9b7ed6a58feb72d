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

/// Something that was looked at.
struct Finding {
    /// Whether it leaves timings alone.
    ok: bool,
    text: String,
}

impl Finding {
    fn new(ok: bool, text: impl Into<String>) -> Finding {
        let text = text.into();
        Finding { ok, text }
    }

    fn ok(text: impl Into<String>) -> Finding {
        Finding::new(true, text)
    }

    fn blur(text: impl Into<String>) -> Finding {
        Finding::new(false, text)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.ok { "ok" } else { "blur" };
        write!(f, "{verdict:<5} {}", self.text)
    }
}

/// One line per finding, `ok` or `blur` first.
pub fn verdict() -> Vec<String> {
    let mut findings = vec![load(), pinning(), hypervisor(), frequency(), threads()];
    findings.extend([caches(), memory(), clock(), perf()]);
    if cfg!(debug_assertions) {
        findings.push(Finding::blur("a debug build: build with --release"));
    }
    findings.iter().map(Finding::to_string).collect()
}

/// The finding about a run that is over, as a line of its own.
pub fn afterwards(usage: Usage) -> String {
    let text = format!("while timing, {}", describe(usage));
    Finding::new(is_quiet(usage), text).to_string()
}

fn is_quiet(usage: Usage) -> bool {
    usage.others < NOISY && usage.steal < STOLEN
}

fn load() -> Finding {
    let usage = Ticks::now().and_then(|before| {
        thread::sleep(WATCH);
        before.until(Ticks::now()?)
    });
    match usage {
        Some(usage) => Finding::new(is_quiet(usage), describe(usage)),
        None => Finding::blur("the load of this machine is not known"),
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

fn pinning() -> Finding {
    // On a thread of its own, which ends: the rest of the run stays free.
    match thread::spawn(system::pin).join() {
        Ok(Some(cpu)) => Finding::ok(format!("timing processes are pinned to CPU {cpu}")),
        _ => Finding::blur("timing processes cannot be pinned to a CPU"),
    }
}

fn hypervisor() -> Finding {
    match system::hypervisor() {
        Some(name) => Finding::blur(format!(
            "a virtual machine ({name}): neighbours are out of sight"
        )),
        None => Finding::ok("no hypervisor"),
    }
}

fn frequency() -> Finding {
    match system::governor() {
        Some(governor) if governor == "performance" => Finding::ok("fixed CPU frequency"),
        Some(governor) => Finding::blur(format!(
            "CPU frequency governor {governor}: set performance"
        )),
        None => Finding::blur("CPU frequency is out of sight"),
    }
}

fn threads() -> Finding {
    match system::hyperthreads() {
        true => Finding::blur("cores are shared by two threads: turn SMT off"),
        false => Finding::ok("no threads that share a core"),
    }
}

fn caches() -> Finding {
    let Caches { l2, last, known } = Caches::read();
    let (l2, last) = (l2 >> 10, last >> 10);
    let source = if known { "" } else { ", assumed" };
    Finding::new(
        known,
        format!("caches: L2 {l2} KiB, last level {last} KiB{source}"),
    )
}

fn memory() -> Finding {
    let Some(bytes) = system::memory_available() else {
        return Finding::blur("free memory is not known");
    };
    let (have, need) = (bytes >> 20, MEMORY >> 20);
    Finding::new(
        bytes >= MEMORY,
        format!("{have} MiB of memory free, {need} MiB needed"),
    )
}

fn clock() -> Finding {
    let start = Instant::now();
    let ticks = (0..READINGS).map(|_| start.elapsed()).collect::<Vec<_>>();
    let steps = ticks.windows(2).map(|pair| pair[1] - pair[0]);
    let step = steps
        .filter(|step| !step.is_zero())
        .min()
        .unwrap_or(Duration::MAX);
    Finding::new(
        step < COARSE,
        format!("the clock resolves {} ns", step.as_nanos()),
    )
}

fn perf() -> Finding {
    let count = ["stat", "-x,", "-e", "instructions:u", "true"];
    let output = Command::new("perf")
        .args(count)
        .stdin(Stdio::null())
        .output();
    let counts = output.is_ok_and(|o| {
        o.status.success() && !String::from_utf8_lossy(&o.stderr).contains("not supported")
    });
    match counts {
        true => Finding::ok("perf counts instructions"),
        false => Finding::blur("perf cannot count instructions here; callgrind can"),
    }
}
