//! Raw timings, gathered into log-ratios to the baseline by block.

use super::cell::{Cell, CellRun, Setting};
use super::context::Context;
use super::page_faults::PageFaults;
use crate::results::{BASELINE, PageFaultRow, Row, SampleRow, Scenario, for_each_line};
use crate::stats::arithmetic::median_of_sorted;
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
    turns: Vec<Turn>,
    page_faults: PageFaults,
}

impl Default for Samples {
    fn default() -> Self {
        Samples {
            path: SampleRow::FILE.into(),
            settings: Numbers::default(),
            schemes: Numbers::default(),
            processes: Numbers::default(),
            turns: Vec::new(),
            page_faults: PageFaults::default(),
        }
    }
}

/// One turn with names replaced by numbers: a run has millions.
#[derive(Clone, Copy, Debug)]
struct Turn {
    setting: u32,
    process: u32,
    block: u32,
    scheme: u32,
    position: u32,
    /// Where it stands in the file.
    line: u32,
    ns: f64,
}

impl Turn {
    /// What tells it from every other turn; the order brings blocks together.
    fn key(&self) -> (u32, u32, u32, u32, u32) {
        let Turn {
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

/// All cells of some samples.
pub(super) struct Cells {
    /// In order of setting and scheme.
    pub(super) cells: Vec<Cell>,
    /// Names of the runs by their number.
    pub(super) runs: Vec<String>,
    /// Blocks left out because the scheme or the baseline lacks a turn there.
    pub(super) unpaired_blocks: usize,
}

/// The number of a run and of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RunNumber {
    run: u32,
    machine: u32,
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
        self.push_line((FIRST_LINE + self.turns.len()) as u64, row)
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
        let setting = self.settings.number(Setting {
            tier: row.tier,
            module,
            scenario: row.scenario(),
        });
        let scheme = self.schemes.number(row.scheme);
        if let Some(faults) = row.faults {
            self.page_faults.add(setting, scheme, row.lookups, faults);
        }
        self.turns.push(Turn {
            setting,
            process: self.processes.number((row.run, row.process)),
            block: row.block,
            scheme,
            position: row.position,
            line: line as u32,
            ns,
        });
        Ok(())
    }

    /// What lookups in sections just mapped pay in page faults.
    pub(super) fn page_faults(&self) -> Vec<PageFaultRow> {
        let (settings, schemes) = (self.settings.sorted(), self.schemes.sorted());
        self.page_faults.rows(&settings, &schemes)
    }

    /// Pairs every scheme with the baseline, block by block.
    pub(super) fn cells(&self, context: &Context) -> Result<Cells, StatsError> {
        let (settings, setting_at) = self.settings.sorted();
        let (schemes, scheme_at) = self.schemes.sorted();
        let (processes, process_at) = self.processes.sorted();
        let mut turns = self.turns.clone();
        for turn in &mut turns {
            turn.setting = setting_at[turn.setting as usize];
            turn.scheme = scheme_at[turn.scheme as usize];
            turn.process = process_at[turn.process as usize];
        }
        turns.sort_unstable_by_key(Turn::key);
        let mut pairs = turns.windows(2);
        if let Some(twice) = pairs.find(|pair| pair[0].key() == pair[1].key()) {
            let Turn {
                setting,
                scheme,
                process,
                ..
            } = twice[0];
            let (_, process) = processes[process as usize];
            let (scheme, setting) = (&schemes[scheme as usize], &settings[setting as usize]);
            return Err(self.duplicate(scheme, setting, process, twice));
        }

        let (runs, run_of) = numbered_runs(&processes, context)?;
        let baseline = schemes.iter().position(|scheme| scheme == BASELINE);
        let baseline = baseline.map(|place| place as u32);
        let mut unpaired_blocks = 0;
        let mut cells = Vec::new();
        for turns in turns.chunk_by(|a, b| a.setting == b.setting) {
            let mut gathered = BTreeMap::<u32, Gathered>::new();
            for block in turns.chunk_by(|a, b| (a.process, a.block) == (b.process, b.block)) {
                unpaired_blocks += gather(block, baseline, &mut gathered);
            }
            let setting = &settings[turns[0].setting as usize];
            for (scheme, gathered) in gathered {
                let scheme = schemes[scheme as usize].clone();
                cells.push(gathered.into_cell(scheme, setting.clone(), &run_of));
            }
        }
        Ok(Cells {
            cells,
            runs,
            unpaired_blocks,
        })
    }

    fn duplicate(
        &self,
        scheme: &str,
        setting: &Setting,
        process: u32,
        twice: &[Turn],
    ) -> StatsError {
        let Setting {
            module, scenario, ..
        } = setting;
        let Scenario {
            queries,
            cache,
            timed,
        } = scenario;
        let Turn {
            block, position, ..
        } = twice[0];
        let lines = twice.iter().map(|turn| u64::from(turn.line));
        StatsError::Duplicate {
            path: self.path.clone(),
            line: lines.max().unwrap_or_default(),
            turn: format!(
                "{scheme} on {module} ({queries}, {cache}, {timed}), process {process}, block {block}, position {position}"
            ),
        }
    }
}

/// The names of the runs in order, and for each process the numbers of its run
/// and machine.
fn numbered_runs(
    processes: &[(String, u32)],
    context: &Context,
) -> Result<(Vec<String>, Vec<RunNumber>), StatsError> {
    let (mut runs, mut machines): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut of = Vec::new();
    // Processes are in order of their run.
    for (run, _) in processes {
        if runs.last() != Some(run) {
            runs.push(run.clone());
        }
        let machine = context.machine(run)?;
        let known = machines.iter().position(|other| *other == machine);
        let number = known.unwrap_or_else(|| {
            machines.push(machine);
            machines.len() - 1
        });
        of.push(RunNumber {
            run: runs.len() as u32 - 1,
            machine: number as u32,
        });
    }
    Ok((runs, of))
}

/// What is known of a cell: by process and for each of its blocks, nanoseconds
/// per lookup and log-ratio to the baseline.
#[derive(Default)]
struct Gathered(BTreeMap<u32, Vec<(f64, f64)>>);

/// Pairs every scheme of one block with the baseline, and counts those that
/// cannot be paired.
fn gather(block: &[Turn], baseline: Option<u32>, cells: &mut BTreeMap<u32, Gathered>) -> usize {
    let by_scheme = || block.chunk_by(|a, b| a.scheme == b.scheme);
    let base = by_scheme().find(|turns| Some(turns[0].scheme) == baseline);
    let mut left_out = 0;
    for turns in by_scheme() {
        // Drift only cancels when both were timed on the way there and back.
        match base {
            Some(base) if base.len() == turns.len() => {
                let ns = mean(turns);
                let pair = (ns, (ns / mean(base)).ln());
                let cell = cells.entry(turns[0].scheme).or_default();
                cell.0.entry(turns[0].process).or_default().push(pair);
            }
            _ => left_out += 1,
        }
    }
    left_out
}

fn mean(turns: &[Turn]) -> f64 {
    turns.iter().map(|turn| turn.ns).sum::<f64>() / turns.len() as f64
}

impl Gathered {
    fn into_cell(self, scheme: String, setting: Setting, run_of: &[RunNumber]) -> Cell {
        let mut ns = Vec::new();
        let mut runs = BTreeMap::<RunNumber, (usize, Vec<f64>)>::new();
        for (process, blocks) in self.0 {
            ns.push(median(blocks.iter().map(|block| block.0)));
            let (in_run, logs) = runs.entry(run_of[process as usize]).or_default();
            *in_run += blocks.len();
            logs.push(median(blocks.iter().map(|block| block.1)));
        }
        let of_run = |(number, (blocks, logs)): (RunNumber, (usize, Vec<f64>))| CellRun {
            run: number.run,
            machine: number.machine,
            processes: logs.len(),
            blocks,
            log: logs.iter().sum::<f64>() / logs.len() as f64,
        };
        Cell {
            ns: median(ns.into_iter()),
            runs: runs.into_iter().map(of_run).collect(),
            scheme,
            setting,
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    median_of_sorted(&values)
}
