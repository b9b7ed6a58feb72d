//! What on this machine will blur the timings of a run.

use super::caches::Caches;
use super::system;
use super::usage::{Ticks, Usage};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

/// One line per finding, `ok` or `blur` first.
pub fn verdict() -> Vec<String> {
    let mut findings = vec![load(), pinning(), hypervisor(), frequency(), threads()];
    findings.extend([caches(), memory(), clock(), perf()]);
    if cfg!(debug_assertions) {
        findings.push((false, "a debug build: build with --release".into()));
    }
    findings.into_iter().map(line).collect()
}

/// The finding about a run that is over, as a line of its own.
pub fn afterwards(usage: Usage) -> String {
    line((
        is_quiet(usage),
        format!("while timing, {}", describe(usage)),
    ))
}

fn is_quiet(usage: Usage) -> bool {
    usage.others < NOISY && usage.steal < STOLEN
}

fn line((ok, what): Finding) -> String {
    format!("{:<5} {what}", if ok { "ok" } else { "blur" })
}

type Finding = (bool, String);

fn load() -> Finding {
    let usage = Ticks::now().and_then(|before| {
        thread::sleep(WATCH);
        before.until(Ticks::now()?)
    });
    match usage {
        Some(u) => (is_quiet(u), describe(u)),
        None => (false, "the load of this machine is not known".into()),
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
        Ok(Some(cpu)) => (true, format!("timing processes are pinned to CPU {cpu}")),
        _ => (false, "timing processes cannot be pinned to a CPU".into()),
    }
}

fn hypervisor() -> Finding {
    match system::hypervisor() {
        Some(name) => (
            false,
            format!("a virtual machine ({name}): neighbours are out of sight"),
        ),
        None => (true, "no hypervisor".into()),
    }
}

fn frequency() -> Finding {
    match system::governor() {
        Some(governor) if governor == "performance" => (true, "fixed CPU frequency".into()),
        Some(governor) => (
            false,
            format!("CPU frequency governor {governor}: set performance"),
        ),
        None => (false, "CPU frequency is out of sight".into()),
    }
}

fn threads() -> Finding {
    match system::hyperthreads() {
        true => (
            false,
            "cores are shared by two threads: turn SMT off".into(),
        ),
        false => (true, "no threads that share a core".into()),
    }
}

fn caches() -> Finding {
    let caches = Caches::read();
    let (l2, last) = (caches.l2 >> 10, caches.last >> 10);
    let source = if caches.known { "" } else { ", assumed" };
    (
        caches.known,
        format!("caches: L2 {l2} KiB, last level {last} KiB{source}"),
    )
}

fn memory() -> Finding {
    match system::memory_available() {
        Some(bytes) => {
            let (have, need) = (bytes >> 20, MEMORY >> 20);
            (
                bytes >= MEMORY,
                format!("{have} MiB of memory free, {need} MiB needed"),
            )
        }
        None => (false, "free memory is not known".into()),
    }
}

fn clock() -> Finding {
    let start = Instant::now();
    let ticks = (0..1000).map(|_| start.elapsed()).collect::<Vec<_>>();
    let steps = ticks.windows(2).map(|w| w[1] - w[0]);
    let step = steps
        .filter(|s| !s.is_zero())
        .min()
        .unwrap_or(Duration::MAX);
    (
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
        true => (true, "perf counts instructions".into()),
        false => (
            false,
            "perf cannot count instructions here; callgrind can".into(),
        ),
    }
}
