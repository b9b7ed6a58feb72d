//! `provenance.json`: what it takes to know where a run's numbers come from.

use crate::latency::machine::Caches;
use crate::latency::{TIMING_USAGE, hex, table_hash};
use crate::{doctor, results, system};
use anyhow::Result;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use stackmap_corpus::Module;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs};

const CARGO_LOCK: &[u8] = include_bytes!("../../Cargo.lock");

/// The record of one run: begun before anything is measured, finished after.
pub struct Provenance {
    facts: Map<String, Value>,
    start: Instant,
    before: Option<system::Ticks>,
}

impl Provenance {
    /// Takes down the code, the machine and its present load.
    pub fn begin(seed: u64) -> Provenance {
        let caches = Caches::read();
        let arguments: Vec<String> = env::args().skip(1).collect();
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut this = Provenance {
            facts: Map::new(),
            start: Instant::now(),
            before: system::Ticks::now(),
        };
        this.say("version", env!("CARGO_PKG_VERSION"));
        this.say("arguments", arguments.join(" "));
        this.say("seed", seed);
        this.say("started_unix", epoch.map_or(0, |d| d.as_secs()));
        this.say(
            "git_revision",
            git(&["rev-parse", "HEAD"]).unwrap_or_else(unknown),
        );
        this.say(
            "git_dirty",
            match git(&["status", "--porcelain"]) {
                Some(status) if status.is_empty() => "no".into(),
                Some(_) => "yes".into(),
                None => unknown(),
            },
        );
        this.say("rustc", env!("STACKMAP_LAB_RUSTC"));
        this.say("cargo_lock_sha256", sha256(CARGO_LOCK));
        let binary = env::current_exe().and_then(fs::read);
        this.say(
            "binary_sha256",
            binary.map_or_else(|_| unknown(), |b| sha256(&b)),
        );
        this.say("cpu", system::cpu_model().unwrap_or_else(unknown));
        this.say("cpus", system::cpus());
        this.say("cache_l2_bytes", caches.l2);
        this.say("cache_last_bytes", caches.last);
        this.say(
            "cache_sizes",
            if caches.known {
                "from the system"
            } else {
                "assumed"
            },
        );
        this.say("kernel", system::kernel().unwrap_or_else(unknown));
        this.say(
            "hypervisor",
            system::hypervisor().unwrap_or_else(|| "none".into()),
        );
        this.say("governor", system::governor().unwrap_or_else(unknown));
        this.say(
            "host",
            sha256(system::machine_id().unwrap_or_default().as_bytes())[..12].to_owned(),
        );
        this.say("doctor", doctor::verdict().join("\n"));
        this.load("load_before");
        this
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

    /// Adds one fact of a caller's own.
    pub fn say(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.into(), value.into());
    }

    /// Adds what the run did to the machine, and others meanwhile, and writes
    /// the file.
    pub fn finish(mut self, dir: &Path) -> Result<()> {
        self.load("load_after");
        self.say("seconds", self.start.elapsed().as_secs());
        let now = system::Ticks::now();
        let whole = self.before.zip(now).and_then(|(a, b)| a.until(b));
        // What happened while the clock ran says more, if it is known.
        let timing = fs::read(dir.join(TIMING_USAGE)).ok();
        let timing = timing.and_then(|json| serde_json::from_slice(&json).ok());
        if let Some(usage) = timing.or(whole) {
            self.say("steal_share", usage.steal);
            self.say("cpus_used_by_others", usage.others);
            self.say("doctor_after", doctor::afterwards(usage));
        }
        results::write(
            dir,
            "provenance.json",
            &serde_json::to_vec_pretty(&self.facts)?,
        )
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

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
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
