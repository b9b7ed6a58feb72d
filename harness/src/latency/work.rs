//! What the parent leaves in the results folder for its child processes: the
//! sections, the queries, what each scheme must answer, and the plan.

use super::controls::SLOW_ONE_IN;
use super::kernel::Expected;
use super::scenario::{Cache, Chain, Queries, Scenario, Timed};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use stackmap_corpus::Tier;
use std::fs;
use std::path::{Path, PathBuf};

/// Schemes and modules that are timed together: all that a child process has
/// to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    pub run: String,
    pub seed: u64,
    /// Its number; later ones time what a resumed run found new or changed.
    pub number: usize,
    /// The options that shaped the run; a resumed one must have the same.
    pub options: String,
    /// The baseline first.
    pub schemes: Vec<SchemeKey>,
    pub modules: Vec<ModulePlan>,
}

/// A scheme and the code that was timed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeKey {
    pub name: String,
    /// Hash of its code.
    pub code: String,
}

/// The cells of one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModulePlan {
    /// Folder with its inputs; unique, and different for a different table.
    pub key: String,
    pub module: String,
    pub isa: String,
    pub collector: String,
    pub tier: Tier,
    /// Those of the group's schemes that are timed on this module.
    pub schemes: Vec<String>,
    pub cells: Vec<Cell>,
}

/// One scenario of one module and how often to time it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cell {
    pub scenario: Scenario,
    /// Lookups per batch, a multiple of [`SLOW_ONE_IN`](super::controls::SLOW_ONE_IN).
    pub lookups: usize,
    /// Copies of each section that the lookups of a batch cycle through.
    pub copies: usize,
    /// Blocks per process.
    pub blocks: usize,
}

impl Cell {
    /// Copies to place: those that the slowed scheme alone reads come on top.
    pub fn placed(&self) -> usize {
        match self.scenario.cache {
            Cache::Hot => self.copies,
            Cache::L2 | Cache::Cold => self.copies + self.copies.div_ceil(SLOW_ONE_IN),
        }
    }
}

/// One row of `samples.csv`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SampleRow {
    pub run: String,
    pub process: usize,
    pub block: usize,
    pub position: usize,
    pub scheme: String,
    pub module: String,
    pub isa: String,
    pub collector: String,
    pub tier: Tier,
    pub queries: Queries,
    pub cache: Cache,
    pub timed: Timed,
    pub lookups: usize,
    /// Nanoseconds for all lookups of the batch together.
    pub ns: u64,
    pub chain: Chain,
    pub copies: usize,
}

/// The inputs of one module, read back.
pub struct Inputs {
    /// Per scheme, in the plan's order.
    pub sections: Vec<Vec<u8>>,
    dir: PathBuf,
}

/// One pool of queries and what each scheme must answer to them.
pub struct Pool {
    pub pcs: Vec<u32>,
    pub expected: Vec<Vec<Expected>>,
}

/// The work folder of one run.
pub struct Work(pub PathBuf);

impl Work {
    pub fn group(&self, group: usize) -> PathBuf {
        self.0.join(format!("group-{group}.json"))
    }

    pub fn inputs(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }

    /// Finished rows of one module in one process.
    pub fn rows(&self, group: usize, process: usize, key: &str) -> PathBuf {
        self.0
            .join("rows")
            .join(format!("{group}-{process:03}-{key}.csv"))
    }

    pub fn read_group(&self, group: usize) -> Result<Group> {
        let path = self.group(group);
        serde_json::from_slice(&read(&path)?)
            .with_context(|| format!("{}: is no plan; start a new run", path.display()))
    }
}

pub fn section_path(dir: &Path, scheme: &str) -> PathBuf {
    dir.join(format!("{scheme}.section"))
}

fn pcs_path(dir: &Path, queries: Queries) -> PathBuf {
    dir.join(format!("{queries}.pcs"))
}

fn expected_path(dir: &Path, queries: Queries, scheme: &str) -> PathBuf {
    dir.join(format!("{queries}.{scheme}.expected"))
}

impl Inputs {
    pub fn read(dir: &Path, schemes: &[&str]) -> Result<Inputs> {
        let sections = schemes.iter().map(|s| read(&section_path(dir, s)));
        Ok(Inputs {
            sections: sections.collect::<Result<_>>()?,
            dir: dir.to_owned(),
        })
    }

    pub fn pool(&self, queries: Queries, schemes: &[&str]) -> Result<Pool> {
        let pcs = read_words(&pcs_path(&self.dir, queries))?;
        let expected = schemes.iter().map(|scheme| {
            let path = expected_path(&self.dir, queries, scheme);
            let words = read_words(&path)?;
            if words.len() != 2 * pcs.len() {
                bail!(
                    "{}: does not belong to the queries beside it; start a new run",
                    path.display()
                );
            }
            let pair = |p: &[u64]| Expected {
                visit: p[0],
                lookup: p[1],
            };
            Ok(words.chunks_exact(2).map(pair).collect())
        });
        let expected = expected.collect::<Result<_>>()?;
        let pcs = pcs.into_iter().map(|pc| pc as u32).collect();
        Ok(Pool { pcs, expected })
    }
}

pub fn write_pool(dir: &Path, queries: Queries, pcs: &[u32]) -> Result<()> {
    write_words(&pcs_path(dir, queries), pcs.iter().map(|&pc| u64::from(pc)))
}

pub fn write_expected(
    dir: &Path,
    queries: Queries,
    scheme: &str,
    expected: &[Expected],
) -> Result<()> {
    let words = expected.iter().flat_map(|e| [e.visit, e.lookup]);
    write_words(&expected_path(dir, queries, scheme), words)
}

fn write_words(path: &Path, words: impl Iterator<Item = u64>) -> Result<()> {
    let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    write(path, &bytes)
}

fn read_words(path: &Path) -> Result<Vec<u64>> {
    let bytes = read(path)?;
    let (words, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        bail!("{}: is cut short; start a new run", path.display());
    }
    Ok(words.iter().map(|w| u64::from_le_bytes(*w)).collect())
}

pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{}: cannot be written", path.display()))
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{}: cannot be read; start a new run", path.display()))
}
