//! Raw timings, gathered into log-ratios to the baseline by block.

use super::cell::{Cell, Setting};
use super::median::median_of_sorted;
use crate::results::{BASELINE, Row, SampleRow, Scenario, for_each_line};
use crate::stats::error::StatsError;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::path::{Path, PathBuf};

/// Collects samples in any order.
#[derive(Debug)]
pub struct Samples {
    path: PathBuf,
    settings: Numbers<Setting>,
    schemes: Numbers<String>,
    processes: Numbers<(String, u32)>,
    visits: Vec<Visit>,
}

impl Default for Samples {
    fn default() -> Self {
        Samples {
            path: SampleRow::FILE.into(),
            settings: Numbers::default(),
            schemes: Numbers::default(),
            processes: Numbers::default(),
            visits: Vec::new(),
        }
    }
}

/// One visit with names replaced by numbers: a run has millions.
#[derive(Clone, Copy, Debug)]
struct Visit {
    setting: u32,
    process: u32,
    block: u32,
    scheme: u32,
    position: u32,
    /// Where it stands in the file.
    line: u32,
    ns: f64,
}

impl Visit {
    /// What tells it from every other visit; the order brings blocks together.
    fn key(&self) -> (u32, u32, u32, u32, u32) {
        let Visit {
            setting,
            process,
            block,
            scheme,
            position,
            ..
        } = *self;
        (setting, process, block, scheme, position)
    }
}

/// Numbers for names, in order of first appearance.
#[derive(Debug)]
struct Numbers<T>(HashMap<T, u32>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(HashMap::new())
    }
}

impl<T: Clone + Ord + Hash> Numbers<T> {
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
        let names = names.into_iter().map(|(name, _)| name.clone());
        (names.collect(), places)
    }
}

impl Samples {
    /// Reads `samples.csv`.
    pub fn read(path: &Path) -> Result<Samples, StatsError> {
        let mut samples = Samples {
            path: path.to_owned(),
            ..Samples::default()
        };
        for_each_line(path, |line, row| samples.push_line(line, row))?;
        Ok(samples)
    }

    /// Adds one sample; an error when its time is not positive.
    pub fn push(&mut self, row: SampleRow) -> Result<(), StatsError> {
        /// Below the header.
        const FIRST_LINE: usize = 2;
        self.push_line((FIRST_LINE + self.visits.len()) as u64, row)
    }

    fn push_line(&mut self, line: u64, row: SampleRow) -> Result<(), StatsError> {
        let ns = row.ns as f64 / row.lookups as f64;
        let module = row.key();
        if !(ns.is_finite() && ns > 0.0) {
            return Err(StatsError::NoTime {
                cell: format!(
                    "{} on {module}, process {}, block {}",
                    row.scheme, row.process, row.block
                ),
                ns: row.ns,
                lookups: row.lookups,
            });
        }
        self.visits.push(Visit {
            setting: self.settings.number(Setting {
                tier: row.tier,
                module,
                scenario: row.scenario(),
            }),
            process: self.processes.number((row.run, row.process)),
            block: row.block,
            scheme: self.schemes.number(row.scheme),
            position: row.position,
            line: line as u32,
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
        for visit in &mut visits {
            visit.setting = setting_at[visit.setting as usize];
            visit.scheme = scheme_at[visit.scheme as usize];
            visit.process = process_at[visit.process as usize];
        }
        visits.sort_unstable_by_key(Visit::key);
        let mut pairs = visits.windows(2);
        if let Some(twice) = pairs.find(|pair| pair[0].key() == pair[1].key()) {
            let Visit {
                setting,
                scheme,
                process,
                ..
            } = twice[0];
            let (_, process) = processes[process as usize];
            let (scheme, setting) = (&schemes[scheme as usize], &settings[setting as usize]);
            return Err(self.duplicate(scheme, setting, process, twice));
        }

        let baseline = schemes.iter().position(|scheme| scheme == BASELINE);
        let baseline = baseline.map(|place| place as u32);
        let mut left_out = 0;
        let mut cells = Vec::new();
        for visits in visits.chunk_by(|a, b| a.setting == b.setting) {
            let mut gathered = BTreeMap::<u32, Gathered>::new();
            for block in visits.chunk_by(|a, b| (a.process, a.block) == (b.process, b.block)) {
                left_out += gather(block, baseline, &mut gathered);
            }
            let setting = &settings[visits[0].setting as usize];
            for (scheme, gathered) in gathered {
                let scheme = schemes[scheme as usize].clone();
                cells.push(gathered.into_cell(scheme, setting.clone()));
            }
        }
        Ok((cells, left_out))
    }

    fn duplicate(
        &self,
        scheme: &str,
        setting: &Setting,
        process: u32,
        twice: &[Visit],
    ) -> StatsError {
        let Setting {
            module, scenario, ..
        } = setting;
        let Scenario {
            queries,
            cache,
            timed,
        } = scenario;
        let Visit {
            block, position, ..
        } = twice[0];
        let lines = twice.iter().map(|visit| u64::from(visit.line));
        StatsError::Duplicate {
            path: self.path.clone(),
            line: lines.max().unwrap_or_default(),
            visit: format!(
                "{scheme} on {module} ({queries}, {cache}, {timed}), process {process}, block {block}, position {position}"
            ),
        }
    }
}

/// What is known of a cell: by process and for each of its blocks, nanoseconds
/// per lookup and log-ratio to the baseline.
#[derive(Default)]
struct Gathered(BTreeMap<u32, Vec<(f64, f64)>>);

/// Pairs every scheme of one block with the baseline, and counts those that
/// cannot be paired.
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
    visits.iter().map(|visit| visit.ns).sum::<f64>() / visits.len() as f64
}

impl Gathered {
    fn into_cell(self, scheme: String, setting: Setting) -> Cell {
        let processes = || self.0.iter();
        let ns =
            processes().map(|(_, blocks)| median_of_sorted(&sorted(blocks.iter().map(|b| b.0))));
        let log_ratios = processes().map(|(&id, blocks)| (id, sorted(blocks.iter().map(|b| b.1))));
        Cell {
            ns: median_of_sorted(&sorted(ns)),
            processes: log_ratios.collect(),
            scheme,
            setting,
        }
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}
