//! `provenance.json`: where a run's numbers come from.

use super::error::ResultsError;
use super::files::write_file;
use serde_json::Value;
use stackmap_corpus::{ModuleKey, named_enum};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What the names of the hashes of tables and of code begin with.
const TABLE: &str = "table_sha256 ";
const CODE: &str = "code_sha256 ";

/// The file's name in the folder.
pub const PROVENANCE: &str = "provenance.json";

named_enum! {
    /// What is taken down of every run.
    pub enum Fact ("fact") {
        /// Version of the lab.
        Version = "version",
        /// Command line.
        Arguments = "arguments",
        /// Seed of everything random.
        Seed = "seed",
        /// When it began, in seconds since 1970.
        Started = "started_unix",
        /// Commit of the sources.
        GitRevision = "git_revision",
        /// Whether the sources differ from the commit.
        GitDirty = "git_dirty",
        /// Version of the compiler.
        Rustc = "rustc",
        /// Hash of the dependencies' versions.
        CargoLockHash = "cargo_lock_sha256",
        /// Hash of the lab's program.
        BinaryHash = "binary_sha256",
        /// Model of the processor.
        Cpu = "cpu",
        /// How many of them.
        Cpus = "cpus",
        /// Bytes of the second-level cache.
        CacheL2 = "cache_l2_bytes",
        /// Bytes of the last-level cache.
        CacheLast = "cache_last_bytes",
        /// Whether the system told the sizes of the caches.
        CacheSizes = "cache_sizes",
        /// Version of the kernel.
        Kernel = "kernel",
        /// Name of the hypervisor.
        Hypervisor = "hypervisor",
        /// What governs the frequency of the processor.
        Governor = "governor",
        /// Hash of the machine's identity.
        Host = "host",
        /// How fit the machine was for timing.
        Doctor = "doctor",
        /// How fit it was in hindsight.
        DoctorAfter = "doctor_after",
        /// Load before the run.
        LoadBefore = "load_before",
        /// Load after it.
        LoadAfter = "load_after",
        /// How long it took.
        Seconds = "seconds",
        /// Share of the time that the hypervisor withheld.
        StealShare = "steal_share",
        /// Processors that others used meanwhile.
        UsedByOthers = "cpus_used_by_others",
        /// Folders that were merged into this one.
        Merged = "merged",
    }
}

/// The facts of one run, and the hashes of its modules' tables, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance(BTreeMap<String, Value>);

impl Provenance {
    /// Reads the file in a results folder.
    pub fn read(dir: &Path) -> Result<Provenance, ResultsError> {
        let path = dir.join(PROVENANCE);
        let text = fs::read_to_string(&path).map_err(|e| ResultsError::io(&path, e))?;
        let facts = serde_json::from_str(&text);
        let facts = facts.map_err(|e| ResultsError::unusable(&path, e.to_string()))?;
        Ok(Provenance(facts))
    }

    /// Reads the file; without one, nothing is known.
    pub fn read_if_there(dir: &Path) -> Result<Provenance, ResultsError> {
        match Provenance::read(dir) {
            Err(ResultsError::Io { problem, .. }) if problem.kind() == ErrorKind::NotFound => {
                Ok(Provenance::default())
            }
            read => read,
        }
    }

    /// Writes the file into a results folder, whole or not at all.
    pub fn write(&self, dir: &Path) -> Result<(), ResultsError> {
        let path = dir.join(PROVENANCE);
        let text = serde_json::to_vec_pretty(&self.0);
        let text = text.map_err(|e| ResultsError::unusable(&path, e.to_string()))?;
        write_file(&path, &text)
    }

    /// Takes down a fact.
    pub fn set(&mut self, fact: Fact, value: impl Into<Value>) {
        self.0.insert(fact.name().to_owned(), value.into());
    }

    /// Takes down the hash of a module's safepoint table.
    pub fn set_table_hash(&mut self, module: &ModuleKey, hash: String) {
        self.0.insert(format!("{TABLE}{module}"), hash.into());
    }

    /// Takes down the hash of a scheme's timed code.
    pub fn set_code_hash(&mut self, scheme: &str, hash: String) {
        self.0.insert(format!("{CODE}{scheme}"), hash.into());
    }

    /// The hashes of tables and code, by name.
    pub fn sums(&self) -> impl Iterator<Item = (&str, String)> {
        let is_sum = |name: &str| [TABLE, CODE].iter().any(|p| name.starts_with(p));
        self.texts().filter(move |(name, _)| is_sum(name))
    }

    /// A fact as text, if it was taken down.
    pub fn text(&self, fact: Fact) -> Option<String> {
        self.0.get(fact.name()).map(plain)
    }

    /// Everything that was taken down, as text and by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        let facts = self.0.iter();
        facts.map(|(name, value)| (name.as_str(), plain(value)))
    }

    /// What differs from another run, by name, with the values of both.
    pub fn differences<'p>(&'p self, other: &'p Provenance) -> Vec<Difference<'p>> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let both = names.into_iter().map(|name| Difference {
            name,
            values: (self.0.get(name), other.0.get(name)),
        });
        both.filter(|d| d.values.0 != d.values.1).collect()
    }
}

/// A fact on which two runs differ; none where a run does not know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference<'p> {
    /// Name of the fact.
    pub name: &'p str,
    /// What each of the two runs says.
    pub values: (Option<&'p Value>, Option<&'p Value>),
}

/// A value without the quotes that JSON puts around text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
