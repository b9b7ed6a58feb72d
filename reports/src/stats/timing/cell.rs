//! One scheme in one setting, with all its blocks.

use super::bootstrap::Member;
use crate::results::{ModuleKey, Scenario, Tier};
use std::cmp::Ordering;

/// A module in a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Setting {
    pub(super) tier: Tier,
    pub(super) module: ModuleKey,
    pub(super) scenario: Scenario,
}

impl Setting {
    /// All its names. Their order is that of the rows of `latency.csv`.
    pub(super) fn names(&self) -> [&str; 7] {
        [
            self.tier.name(),
            &self.module.module,
            self.module.isa.name(),
            self.module.collector.name(),
            self.scenario.queries.name(),
            self.scenario.cache.name(),
            self.scenario.timed.name(),
        ]
    }
}

impl Ord for Setting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.names().cmp(&other.names())
    }
}

impl PartialOrd for Setting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One scheme in one setting.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) scheme: String,
    pub(super) setting: Setting,
    /// Nanoseconds per lookup: median over processes of the median over blocks.
    pub(super) ns: f64,
    /// By process, the ascending log-ratios of its blocks; none is empty.
    pub(super) processes: Vec<(u32, Vec<f64>)>,
}

impl Cell {
    /// The cell as a part of a mean.
    pub(super) fn weighing(&self, weight: f64) -> Member<'_> {
        let processes = self.processes.iter();
        Member {
            weight,
            processes: processes
                .map(|(id, blocks)| (*id, blocks.as_slice()))
                .collect(),
        }
    }
}
