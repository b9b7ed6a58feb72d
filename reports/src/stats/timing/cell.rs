//! One scheme in one setting, run by run.

use super::estimate::Member;
use crate::results::{ModuleKey, Scenario, Tier};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// From this many machines on, the machine is the unit of replication. With
/// two, an interval between machines would be too wide to say anything; then
/// runs count, whatever machine they were made on.
pub const ENOUGH_MACHINES: usize = 3;

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

/// What one run says of a cell.
#[derive(Clone, Debug)]
pub(super) struct CellRun {
    /// Number of the run, and of the machine that it was made on.
    pub(super) run: u32,
    pub(super) machine: u32,
    pub(super) processes: usize,
    pub(super) blocks: usize,
    /// Mean over processes of the median over blocks of the log-ratio.
    pub(super) log: f64,
}

/// One scheme in one setting.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) scheme: String,
    pub(super) setting: Setting,
    /// Nanoseconds per lookup: median over processes of the median over blocks.
    pub(super) ns: f64,
    /// In order of number; never empty.
    pub(super) runs: Vec<CellRun>,
}

impl Cell {
    pub(super) fn processes(&self) -> usize {
        self.runs.iter().map(|run| run.processes).sum()
    }

    pub(super) fn machines(&self) -> BTreeSet<u32> {
        self.runs.iter().map(|run| run.machine).collect()
    }
}

/// What counts as one in a mean over some cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Run,
    Machine,
}

impl Unit {
    /// The machine where every cell was measured on enough of them.
    pub(super) fn of<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> Unit {
        let machines = cells.into_iter().map(|cell| cell.machines().len());
        match machines.min() {
            Some(ENOUGH_MACHINES..) => Unit::Machine,
            _ => Unit::Run,
        }
    }

    /// The cell as a part of a mean.
    pub(super) fn weighing(self, cell: &Cell, weight: f64) -> Member {
        let mut units = BTreeMap::<u32, Vec<f64>>::new();
        for run in &cell.runs {
            let unit = match self {
                Unit::Run => run.run,
                Unit::Machine => run.machine,
            };
            units.entry(unit).or_default().push(run.log);
        }
        let mean = |logs: Vec<f64>| logs.iter().sum::<f64>() / logs.len() as f64;
        let units = units.into_iter().map(|(unit, logs)| (unit, mean(logs)));
        Member {
            weight,
            units: units.collect(),
        }
    }
}
