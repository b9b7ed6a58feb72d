//! `provenance.json`: what it takes to know where a run's numbers come from.

use super::caches::Caches;
use super::usage::{Ticks, Usage};
use super::{doctor, system};
use crate::digest::{sha256, table_hash};
use crate::results_folder;
use anyhow::Result;
use serde_json::{Map, Value};
use stackmap_corpus::Module;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

const CARGO_LOCK: &[u8] = include_bytes!("../../../Cargo.lock");

/// Digits of a host's hash, enough to tell hosts apart and no more.
const HOST_DIGITS: usize = 12;

/// The record of one run: begun before anything is measured, finished after.
pub struct Provenance {
    facts: Map<String, Value>,
    start: Instant,
    before: Option<Ticks>,
}

impl Provenance {
    /// The file in a results folder.
    pub const FILE: &str = "provenance.json";

    /// Takes down the code, the machine and its present load.
    pub fn begin(seed: u64) -> Provenance {
        let mut this = Provenance {
            facts: Map::new(),
            start: Instant::now(),
            before: Ticks::now(),
        };
        let arguments: Vec<String> = env::args().skip(1).collect();
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        this.say("version", env!("CARGO_PKG_VERSION"));
        this.say("arguments", arguments.join(" "));
        this.say("seed", seed);
        this.say("started_unix", epoch.map_or(0, |d| d.as_secs()));
        this.code();
        this.machine();
        this.say("doctor", doctor::verdict().join("\n"));
        this.load("load_before");
        this
    }

    /// What was built, and by what.
    fn code(&mut self) {
        let dirty = match git(&["status", "--porcelain"]) {
            Some(status) if status.is_empty() => "no".into(),
            Some(_) => "yes".into(),
            None => unknown(),
        };
        let binary = env::current_exe().and_then(fs::read);
        let revision = git(&["rev-parse", "HEAD"]);
        self.say("git_revision", revision.unwrap_or_else(unknown));
        self.say("git_dirty", dirty);
        self.say("rustc", env!("STACKMAP_LAB_RUSTC"));
        self.say("cargo_lock_sha256", sha256(CARGO_LOCK));
        self.say(
            "binary_sha256",
            binary.map_or_else(|_| unknown(), |bytes| sha256(&bytes)),
        );
    }

    /// What it runs on.
    fn machine(&mut self) {
        let caches = Caches::read();
        let sizes = if caches.known {
            "from the system"
        } else {
            "assumed"
        };
        let hypervisor = system::hypervisor().unwrap_or_else(|| "none".into());
        let machine = system::machine_id().unwrap_or_default();
        self.say("cpu", system::cpu_model().unwrap_or_else(unknown));
        self.say("cpus", system::cpus());
        self.say("cache_l2_bytes", caches.l2);
        self.say("cache_last_bytes", caches.last);
        self.say("cache_sizes", sizes);
        self.say("kernel", system::kernel().unwrap_or_else(unknown));
        self.say("hypervisor", hypervisor);
        self.say("governor", system::governor().unwrap_or_else(unknown));
        self.say("host", &sha256(machine.as_bytes())[..HOST_DIGITS]);
    }

    /// Adds the hash of every module's safepoint table.
    pub fn modules(&mut self, modules: &[Module]) {
        for module in modules {
            self.say(
                &format!("table_sha256 {}", module.id()),
                table_hash(&module.table),
            );
        }
    }

    fn say(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.into(), value.into());
    }

    /// Adds what the run did to the machine, and others meanwhile, and writes
    /// the file.
    pub fn finish(mut self, dir: &Path) -> Result<()> {
        self.load("load_after");
        self.say("seconds", self.start.elapsed().as_secs());
        let now = Ticks::now();
        let whole = self.before.zip(now).and_then(|(a, b)| a.until(b));
        // What happened while the clock ran says more, if it is known.
        if let Some(usage) = Usage::while_timing(dir).or(whole) {
            self.say("steal_share", usage.steal);
            self.say("cpus_used_by_others", usage.others);
            self.say("doctor_after", doctor::afterwards(usage));
        }
        results_folder::write(dir, Self::FILE, &serde_json::to_vec_pretty(&self.facts)?)
    }

    fn load(&mut self, name: &str) {
        if let Some(load) = system::load_average() {
            self.say(name, load);
        }
    }
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
