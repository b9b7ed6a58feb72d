//! Spreads the processes of a measurement over the time that it may take, so
//! that it sees more than one mood of the machine.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// When which process is due.
pub struct Pace {
    start: Instant,
    between: Duration,
    begun: u32,
}

impl Pace {
    /// `processes` at equal distances over `time`; one after another if that
    /// is nothing.
    pub fn new(time: Duration, processes: usize) -> Pace {
        Pace {
            start: Instant::now(),
            between: time / u32::try_from(processes.max(1)).unwrap_or(u32::MAX),
            begun: 0,
        }
    }

    /// Waits until the next process is due.
    pub fn wait(&mut self) {
        let due = self.start + self.between * self.begun;
        self.begun += 1;
        sleep(due.saturating_duration_since(Instant::now()));
    }
}
