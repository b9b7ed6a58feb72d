//! `provenance.json`: what it takes to know where a run's numbers come from.

use super::caches::Caches;
use super::usage::{Ticks, Usage};
use super::{doctor, system};
use crate::digest::{sha256, short, table_hash};
use anyhow::Result;
use stackmap_corpus::{Module, child};
use stackmap_reports::results::{Fact, Provenance};
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// The versions of all dependencies.
const CARGO_LOCK: &[u8] = include_bytes!("../../../Cargo.lock");

/// Takes down the provenance of one run: begun before anything is measured,
/// finished after.
pub struct ProvenanceRecorder {
    provenance: Provenance,
    start: Instant,
    before: Option<Ticks>,
}

impl ProvenanceRecorder {
    /// Takes down the code, the machine and its present load.
    pub fn begin(seed: u64) -> ProvenanceRecorder {
        let (start, before) = (Instant::now(), Ticks::now());
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut provenance = Provenance::default();
        provenance.set(Fact::Version, env!("CARGO_PKG_VERSION"));
        provenance.set(Fact::Arguments, arguments());
        provenance.set(Fact::Seed, seed);
        provenance.set(Fact::Started, epoch.map_or(0, |d| d.as_secs()));
        set_code(&mut provenance);
        set_machine(&mut provenance);
        provenance.set(Fact::Doctor, doctor::verdict().join("\n"));
        set_load(&mut provenance, Fact::LoadBefore);
        ProvenanceRecorder {
            provenance,
            start,
            before,
        }
    }

    /// Adds the hash of every module's safepoint table.
    pub fn modules(&mut self, modules: &[Module]) {
        for module in modules {
            let hash = table_hash(&module.table);
            self.provenance.set_table_hash(&module.key(), hash);
        }
    }

    /// Adds the hash of the code that times each scheme, by the scheme's name.
    pub fn code(&mut self, hashes: Vec<(String, String)>) {
        for (scheme, hash) in hashes {
            self.provenance.set_code_hash(&scheme, hash);
        }
    }

    /// Adds what the run did to the machine, and others meanwhile, and writes
    /// the file.
    pub fn finish(self, dir: &Path) -> Result<()> {
        let mut provenance = self.provenance;
        set_load(&mut provenance, Fact::LoadAfter);
        provenance.set(Fact::Seconds, self.start.elapsed().as_secs());
        let now = Ticks::now();
        let whole = self.before.zip(now).and_then(|(a, b)| a.until(b));
        // What happened while the clock ran says more, if it is known.
        if let Some(usage) = Usage::while_timing(dir).or(whole) {
            provenance.set(Fact::StealShare, usage.steal);
            provenance.set(Fact::UsedByOthers, usage.others);
            provenance.set(Fact::DoctorAfter, doctor::afterwards(usage));
        }
        Ok(provenance.write(dir)?)
    }
}

/// What was built, and by what.
fn set_code(provenance: &mut Provenance) {
    let dirty = match git(&["status", "--porcelain"]) {
        Some(status) if status.is_empty() => "no".into(),
        Some(_) => "yes".into(),
        None => unknown(),
    };
    let revision = git(&["rev-parse", "HEAD"]).unwrap_or_else(unknown);
    let binary = child::running_binary().and_then(fs::read);
    let binary = binary.map_or_else(|_| unknown(), |bytes| sha256(&bytes));
    provenance.set(Fact::GitRevision, revision);
    provenance.set(Fact::GitDirty, dirty);
    provenance.set(Fact::Rustc, env!("STACKMAP_LAB_RUSTC"));
    provenance.set(Fact::CargoLockHash, sha256(CARGO_LOCK));
    provenance.set(Fact::BinaryHash, binary);
}

/// What it runs on.
fn set_machine(provenance: &mut Provenance) {
    let caches = Caches::read();
    let sizes = if caches.known {
        "from the system"
    } else {
        "assumed"
    };
    let cpu = system::cpu_model().unwrap_or_else(unknown);
    let kernel = system::kernel().unwrap_or_else(unknown);
    let hypervisor = system::hypervisor().unwrap_or_else(|| "none".into());
    let governor = system::governor().unwrap_or_else(unknown);
    let host = sha256(system::machine_id().unwrap_or_default().as_bytes());
    provenance.set(Fact::Cpu, cpu);
    provenance.set(Fact::Cpus, system::cpus());
    provenance.set(Fact::CacheL2, caches.l2);
    provenance.set(Fact::CacheLast, caches.last);
    provenance.set(Fact::CacheSizes, sizes);
    provenance.set(Fact::Kernel, kernel);
    provenance.set(Fact::Hypervisor, hypervisor);
    provenance.set(Fact::Governor, governor);
    provenance.set(Fact::Host, short(&host));
}

fn set_load(provenance: &mut Provenance, when: Fact) {
    if let Some(load) = system::load_average() {
        provenance.set(when, load);
    }
}

/// The command line without the program.
pub fn arguments() -> String {
    let arguments = env::args_os().skip(1);
    let arguments: Vec<_> = arguments
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    arguments.join(" ")
}

fn unknown() -> String {
    "unknown".into()
}

/// What git says about the sources that this binary was built from.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR")])
        .args(arguments)
        .output()
        .ok()
        .filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
