//! What the operating system tells about the machine; `None` where it does not.

use std::fs;

/// The numbers that a text begins with.
pub(super) fn numbers(text: &str) -> Vec<u64> {
    text.split_whitespace()
        .map_while(|n| n.trim_start_matches('-').parse().ok())
        .collect()
}

/// CPUs that are online.
pub fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Processes that wanted to run, averaged over the last minute.
pub fn load_average() -> Option<f64> {
    first_word("/proc/loadavg")?.parse().ok()
}

/// The CPU's model name.
pub fn cpu_model() -> Option<String> {
    cpu_info("model name")
}

/// Who runs this machine, if it is not hardware.
pub fn hypervisor() -> Option<String> {
    let flags = cpu_info("flags")?;
    flags.split_whitespace().find(|&f| f == "hypervisor")?;
    let vendor = line("/sys/devices/virtual/dmi/id/sys_vendor");
    Some(
        vendor
            .or_else(|| line("/sys/hypervisor/type"))
            .unwrap_or_else(|| "unnamed".into()),
    )
}

/// The kernel's name and release.
pub fn kernel() -> Option<String> {
    let words = |file: &str| line(&format!("/proc/sys/kernel/{file}"));
    Some(format!("{} {}", words("ostype")?, words("osrelease")?))
}

/// How the CPU's frequency is chosen; `None` where the system does not choose.
pub fn governor() -> Option<String> {
    line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

/// Whether two hardware threads share a core.
pub fn hyperthreads() -> bool {
    line("/sys/devices/system/cpu/smt/active").as_deref() == Some("1")
}

/// Bytes of memory that are free for use.
pub fn memory_available() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    numbers(line).first().map(|kib| kib << 10)
}

/// Pages that this thread touched and that were not present, but in memory.
#[cfg(target_os = "linux")]
pub fn page_faults() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    u64::try_from(usage.minor_page_faults()).ok()
}

/// Pages that this thread touched; counted on Linux alone.
#[cfg(not(target_os = "linux"))]
pub fn page_faults() -> Option<u64> {
    None
}

/// Something that no other machine has in common with this one.
pub fn machine_id() -> Option<String> {
    line("/etc/machine-id").or_else(|| line("/proc/sys/kernel/hostname"))
}

/// Keeps this thread on one CPU. The last one, since the first serves most
/// interrupts. Returns its number, or `None` where the system does not allow it.
pub fn pin() -> Option<usize> {
    let cpu = *core_affinity::get_core_ids()?.last()?;
    core_affinity::set_for_current(cpu).then_some(cpu.id)
}

fn cpu_info(field: &str) -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|l| l.starts_with(field))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn first_word(path: &str) -> Option<String> {
    line(path)?.split_whitespace().next().map(str::to_owned)
}
