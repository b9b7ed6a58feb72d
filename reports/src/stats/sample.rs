//! Raw timings, gathered into log-ratios to the baseline by block.

use super::error::StatsError;
use super::median::median_of_sorted;
use crate::results::{BASELINE, ModuleKey, SampleRow, Scenario, Tier, for_each_row};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// What is looked up, and how it is timed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Setting {
    pub(super) tier: Tier,
    pub(super) module: ModuleKey,
    pub(super) scenario: Scenario,
}

impl Setting {
    /// All its names, in the order that sorts `latency.csv`.
    pub(super) fn names(&self) -> [&str; 7] {
        let Scenario {
            queries,
            cache,
            timed,
        } = self.scenario;
        [
            self.tier.name(),
            &self.module.module,
            self.module.isa.name(),
            self.module.collector.name(),
            queries.name(),
            cache.name(),
            timed.name(),
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

/// One visit with names replaced by numbers: a run has millions.
#[derive(Clone, Copy, Debug)]
struct Visit {
    setting: u32,
    process: u32,
    block: u32,
    scheme: u32,
    position: u32,
    ns: f64,
}

/// Collects samples in any order.
#[derive(Debug, Default)]
pub struct Samples {
    settings: Names<Setting>,
    schemes: Names<String>,
    processes: Names<(String, u32)>,
    visits: Vec<Visit>,
}

/// Numbers for names, in order of first appearance.
#[derive(Debug)]
struct Names<T>(HashMap<T, u32>);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names(HashMap::new())
    }
}

impl<T: Clone + Ord + std::hash::Hash> Names<T> {
    fn number(&mut self, name: T) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name).or_insert(next)
    }

    /// Names in order, and for each number the place of its name in it.
    fn sorted(&self) -> (Vec<T>, Vec<u32>) {
        let mut names: Vec<(&T, u32)> = self.0.iter().map(|(name, &n)| (name, n)).collect();
        names.sort_unstable_by(|a, b| a.0.cmp(b.0));
        let mut places = vec![0; names.len()];
        for (place, &(_, number)) in names.iter().enumerate() {
            places[number as usize] = place as u32;
        }
        (
            names.into_iter().map(|(name, _)| name.clone()).collect(),
            places,
        )
    }
}

impl Samples {
    /// Reads `samples.csv`.
    pub fn read(path: &Path) -> Result<Samples, StatsError> {
        let mut samples = Samples::default();
        for_each_row(path, |sample| samples.push(sample))?;
        Ok(samples)
    }

    /// Adds one sample; an error when its time is not positive.
    pub fn push(&mut self, s: SampleRow) -> Result<(), StatsError> {
        let ns = s.ns as f64 / s.lookups as f64;
        if !(ns.is_finite() && ns > 0.0) {
            let cell = format!(
                "{} on {}, process {}, block {}",
                s.scheme,
                s.key(),
                s.process,
                s.block
            );
            return Err(StatsError::NoTime {
                cell,
                ns: s.ns,
                lookups: s.lookups,
            });
        }
        self.visits.push(Visit {
            setting: self.settings.number(Setting {
                tier: s.tier,
                module: s.key(),
                scenario: s.scenario(),
            }),
            process: self.processes.number((s.run, s.process)),
            block: s.block,
            scheme: self.schemes.number(s.scheme),
            position: s.position,
            ns,
        });
        Ok(())
    }

    /// Cells in order of setting and scheme, and how many blocks had to be
    /// left out because the scheme or the baseline lacks a visit there.
    pub(super) fn cells(&self) -> Result<(Vec<Cell>, usize), StatsError> {
        let (settings, setting_at) = self.settings.sorted();
        let (schemes, scheme_at) = self.schemes.sorted();
        let (processes, process_at) = self.processes.sorted();
        let mut visits = self.visits.clone();
        for v in &mut visits {
            v.setting = setting_at[v.setting as usize];
            v.scheme = scheme_at[v.scheme as usize];
            v.process = process_at[v.process as usize];
        }
        let key = |v: &Visit| (v.setting, v.process, v.block, v.scheme, v.position);
        visits.sort_unstable_by_key(key);
        if let Some(pair) = visits
            .windows(2)
            .find(|pair| key(&pair[0]) == key(&pair[1]))
        {
            let v = pair[0];
            let Setting {
                module, scenario, ..
            } = &settings[v.setting as usize];
            let cell = format!(
                "{} on {module} ({}, {}, {}), process {}, block {}",
                schemes[v.scheme as usize],
                scenario.queries,
                scenario.cache,
                scenario.timed,
                processes[v.process as usize].1,
                v.block
            );
            return Err(StatsError::Duplicate {
                cell,
                position: v.position,
            });
        }

        let baseline = schemes.iter().position(|s| s == BASELINE).map(|b| b as u32);
        let mut left_out = 0;
        let mut cells = Vec::new();
        for visits in visits.chunk_by(|a, b| a.setting == b.setting) {
            let mut gathered = BTreeMap::<u32, Gathered>::new();
            for block in visits.chunk_by(|a, b| (a.process, a.block) == (b.process, b.block)) {
                left_out += gather(block, baseline, &mut gathered);
            }
            for (scheme, gathered) in gathered {
                let setting = settings[visits[0].setting as usize].clone();
                cells.push(gathered.into_cell(schemes[scheme as usize].clone(), setting));
            }
        }
        Ok((cells, left_out))
    }
}

/// What is known of a cell, by process and block.
#[derive(Default)]
struct Gathered(BTreeMap<u32, Vec<(f64, f64)>>);

/// Pairs every scheme of one block with the baseline.
fn gather(block: &[Visit], baseline: Option<u32>, cells: &mut BTreeMap<u32, Gathered>) -> usize {
    let by_scheme = || block.chunk_by(|a, b| a.scheme == b.scheme);
    let base = by_scheme().find(|visits| Some(visits[0].scheme) == baseline);
    let mut left_out = 0;
    for visits in by_scheme() {
        // Drift only cancels when both were visited on the way there and back.
        match base {
            Some(base) if base.len() == visits.len() => {
                let ns = mean(visits);
                let pair = (ns, (ns / mean(base)).ln());
                let cell = cells.entry(visits[0].scheme).or_default();
                cell.0.entry(visits[0].process).or_default().push(pair);
            }
            _ => left_out += 1,
        }
    }
    left_out
}

fn mean(visits: &[Visit]) -> f64 {
    visits.iter().map(|v| v.ns).sum::<f64>() / visits.len() as f64
}

impl Gathered {
    fn into_cell(self, scheme: String, setting: Setting) -> Cell {
        let sorted = |values: &mut dyn Iterator<Item = f64>| {
            let mut values: Vec<f64> = values.collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let of_process =
            |pairs: &Vec<(f64, f64)>| median_of_sorted(&sorted(&mut pairs.iter().map(|p| p.0)));
        Cell {
            ns: median_of_sorted(&sorted(&mut self.0.values().map(of_process))),
            processes: self
                .0
                .iter()
                .map(|(&id, pairs)| (id, sorted(&mut pairs.iter().map(|p| p.1))))
                .collect(),
            scheme,
            setting,
        }
    }
}
