//! What the parent leaves in the results folder for its child processes: the
//! groups, and of each module the sections, the queries and what each scheme
//! must answer.

use super::expected::Expected;
use super::group::TimingGroup;
use super::queries::QueryPool;
use anyhow::{Context, Result, bail, ensure};
use stackmap_reports::results::{Queries, RunRow, write_file};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder's name in a results folder.
pub const FOLDER: &str = "timing";
/// Where finished rows are.
const ROWS: &str = "rows";
/// When the run began, and with which seed.
const RUN: &str = "run.json";

/// The folder of one run's timings, within a results folder.
pub struct TimingFolder(pub PathBuf);

impl TimingFolder {
    /// That of the run with this number.
    pub fn new(results: &Path, run: usize) -> TimingFolder {
        TimingFolder(results.join(FOLDER).join(run.to_string()))
    }

    /// Makes the folder, unless a run goes on in it.
    pub fn create(&self) -> Result<()> {
        let dir = &self.0;
        fs::create_dir_all(dir.join(ROWS))
            .with_context(|| format!("{}: cannot be made", dir.display()))
    }

    /// Finished rows of one module in one process.
    pub fn rows(&self, group: usize, process: usize, module: &str) -> PathBuf {
        let name = format!("{group}-{process:03}-{module}.csv");
        self.0.join(ROWS).join(name)
    }

    /// The inputs of one module, by the name of its folder.
    pub fn inputs(&self, module: &str) -> Inputs {
        Inputs(self.0.join(module))
    }

    pub fn has_group(&self, number: usize) -> bool {
        self.0.join(group_name(number)).exists()
    }

    pub fn read_group(&self, number: usize) -> Result<TimingGroup> {
        let path = self.0.join(group_name(number));
        serde_json::from_slice(&read(&path)?)
            .with_context(|| format!("{}: is no plan; start a new run", path.display()))
    }

    /// Writes a group, whole or not at all.
    pub fn write_group(&self, group: &TimingGroup) -> Result<()> {
        let path = self.0.join(group_name(group.number));
        Ok(write_file(&path, &serde_json::to_vec_pretty(group)?)?)
    }

    /// What is known of the run, if it began.
    pub fn read_run(&self) -> Result<Option<RunRow>> {
        let path = self.0.join(RUN);
        if !path.exists() {
            return Ok(None);
        }
        serde_json::from_slice(&read(&path)?)
            .map(Some)
            .with_context(|| format!("{}: is no run; start a new one", path.display()))
    }

    pub fn write_run(&self, run: &RunRow) -> Result<()> {
        Ok(write_file(
            &self.0.join(RUN),
            &serde_json::to_vec_pretty(run)?,
        )?)
    }
}

fn group_name(number: usize) -> String {
    format!("group-{number}.json")
}

/// The folder of one module's inputs.
#[derive(Clone)]
pub struct Inputs(PathBuf);

/// The queries of one kind, and what each scheme must answer to them.
pub struct VerifiedPool {
    pub queries: QueryPool,
    pub expected: Vec<Vec<Expected>>,
}

/// The mark of a PC at which a walk begins, above the PC's own bits.
const WALK_BEGINS: u64 = 1 << 32;

impl Inputs {
    pub fn create(&self) -> Result<()> {
        let dir = &self.0;
        fs::create_dir_all(dir).with_context(|| format!("{}: cannot be made", dir.display()))
    }

    pub fn remove(&self) -> Result<()> {
        let dir = &self.0;
        fs::remove_dir_all(dir).with_context(|| format!("{}: cannot be removed", dir.display()))
    }

    pub fn write_section(&self, scheme: &str, section: &[u8]) -> Result<()> {
        write(&self.section_path(scheme), section)
    }

    /// The section of each scheme.
    pub fn sections(&self, schemes: &[&str]) -> Result<Vec<Vec<u8>>> {
        let sections = schemes.iter().map(|s| read(&self.section_path(s)));
        sections.collect()
    }

    pub fn write_queries(&self, queries: Queries, pool: &QueryPool) -> Result<()> {
        let mut words: Vec<u64> = pool.pcs.iter().map(|&pc| u64::from(pc)).collect();
        pool.starts.iter().for_each(|&at| words[at] |= WALK_BEGINS);
        write_words(&self.queries_path(queries), words.into_iter())
    }

    fn queries(&self, queries: Queries) -> Result<QueryPool> {
        let words = read_words(&self.queries_path(queries))?;
        let begins = |at: &usize| words[*at] & WALK_BEGINS != 0;
        Ok(QueryPool {
            starts: (0..words.len()).filter(begins).collect(),
            pcs: words.iter().map(|&word| word as u32).collect(),
        })
    }

    pub fn write_expected(
        &self,
        queries: Queries,
        scheme: &str,
        expected: &[Expected],
    ) -> Result<()> {
        let words = expected.iter().flat_map(|e| [e.visit, e.lookup]);
        write_words(&self.expected_path(queries, scheme), words)
    }

    /// The queries of one kind, with what each scheme must answer.
    pub fn verified_pool(&self, queries: Queries, schemes: &[&str]) -> Result<VerifiedPool> {
        let pool = self.queries(queries)?;
        let expected = schemes.iter().map(|scheme| {
            let path = self.expected_path(queries, scheme);
            let words = read_words(&path)?;
            ensure!(
                words.len() == 2 * pool.pcs.len(),
                "{}: does not belong to the queries beside it; start a new run",
                path.display()
            );
            let pair = |p: &[u64]| Expected {
                visit: p[0],
                lookup: p[1],
            };
            Ok(words.chunks_exact(2).map(pair).collect())
        });
        Ok(VerifiedPool {
            expected: expected.collect::<Result<_>>()?,
            queries: pool,
        })
    }

    /// The file with a scheme's section.
    pub fn section_path(&self, scheme: &str) -> PathBuf {
        self.0.join(format!("{scheme}.section"))
    }

    fn queries_path(&self, queries: Queries) -> PathBuf {
        self.0.join(format!("{queries}.pcs"))
    }

    fn expected_path(&self, queries: Queries, scheme: &str) -> PathBuf {
        self.0.join(format!("{queries}.{scheme}.expected"))
    }
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

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{}: cannot be written", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{}: cannot be read; start a new run", path.display()))
}
