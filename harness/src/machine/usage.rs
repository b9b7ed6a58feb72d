//! How busy the machine was with something else.

use super::system::{cpus, numbers};
use serde::{Deserialize, Serialize};
use std::fs;
use std::ops::Range;
use std::path::Path;

/// The file of a results folder that says what else happened while the clock
/// ran.
pub const WHILE_TIMING: &str = "timing-usage.json";

/// Which numbers after the state in `/proc/self/stat` are this process's time
/// in user and kernel mode, and its finished children's.
const OWN_TIMES: Range<usize> = 10..14;

/// Counters since boot, in clock ticks of all CPUs together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    total: u64,
    busy: u64,
    steal: u64,
    /// What this process and its finished children used.
    own: u64,
}

/// What happened on the machine between two readings.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// CPUs' worth of time that other processes took.
    pub others: f64,
    /// Share of the machine's time that the hypervisor gave to other guests.
    pub steal: f64,
}

impl Ticks {
    pub fn now() -> Option<Ticks> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        let all: Vec<u64> = numbers(stat.lines().next()?.strip_prefix("cpu ")?);
        let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = *all.as_slice() else {
            return None;
        };
        let busy = user + nice + system + irq + softirq;
        // The name in parentheses may hold anything; what follows it is a
        // letter for the state and then numbers.
        let mine = fs::read_to_string("/proc/self/stat").ok()?;
        let mine = numbers(mine.rsplit_once(") ")?.1.get(2..)?);
        let own = mine.get(OWN_TIMES)?.iter().sum();
        Some(Ticks {
            total: busy + idle + iowait + steal,
            busy,
            steal,
            own,
        })
    }

    /// `None` if no tick has passed.
    pub fn until(self, later: Ticks) -> Option<Usage> {
        let total = later.total.checked_sub(self.total).filter(|&t| t > 0)? as f64;
        let busy = later.busy.saturating_sub(self.busy);
        let others = busy.saturating_sub(later.own.saturating_sub(self.own)) as f64;
        Some(Usage {
            others: others / total * cpus() as f64,
            steal: later.steal.saturating_sub(self.steal) as f64 / total,
        })
    }
}

/// Adds up what happens on the machine while something runs, and not in
/// between.
#[derive(Default)]
pub struct Watch(Ticks);

impl Watch {
    pub fn during<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let before = Ticks::now();
        let result = run();
        if let Some((before, after)) = before.zip(Ticks::now()) {
            let Watch(sum) = self;
            sum.total += after.total.saturating_sub(before.total);
            sum.busy += after.busy.saturating_sub(before.busy);
            sum.steal += after.steal.saturating_sub(before.steal);
            sum.own += after.own.saturating_sub(before.own);
        }
        result
    }

    /// `None` if no tick has passed.
    pub fn usage(self) -> Option<Usage> {
        Ticks::default().until(self.0)
    }
}

impl Usage {
    /// What a results folder says of the time while the clock ran.
    pub fn while_timing(dir: &Path) -> Option<Usage> {
        let json = fs::read(dir.join(WHILE_TIMING)).ok()?;
        serde_json::from_slice(&json).ok()
    }
}
