//! `corpus`: gets the wild modules, records their tables, lists what there is.

use crate::args::Format;
use crate::{Outcome, recordings};
use anyhow::{Result, bail};
use stackmap_corpus::recorded::{self, RecordOptions, TARGETS, Target};
use stackmap_corpus::wild::{self, FetchOptions, WildModule};
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Get wild modules, prepare them and check every hash
    Fetch {
        /// Names from corpus/wild.toml [default: all]
        names: Vec<String>,
        /// Take modules from this folder, by hash, instead of the network
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Compile wild modules and record their safepoint tables
    Record {
        /// Names from corpus/wild.toml [default: all]
        names: Vec<String>,
        /// Take modules from this folder, by hash, instead of the network
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
        /// Change nothing; compare with what is recorded, bit for bit
        #[arg(long)]
        check: bool,
        /// Only this ISA, such as x86_64
        #[arg(long)]
        isa: Option<String>,
        /// GiB that one compile may use
        #[arg(long, default_value_t = 12)]
        memory: u64,
        /// Minutes that one compile may take
        #[arg(long, default_value_t = 10)]
        minutes: u64,
    },
    /// List the recorded modules
    List {
        /// Add toolchain, licence and cross-check
        #[arg(long)]
        long: bool,
        #[command(flatten)]
        format: Format,
    },
}

pub fn run(args: &Args) -> Result<Outcome> {
    match &args.command {
        Command::Fetch { names, from } => fetch(names, from.clone()),
        Command::Record {
            names,
            from,
            check,
            isa,
            memory,
            minutes,
        } => {
            let mut options = RecordOptions::default();
            options.fetch.from = from.clone();
            options.limits.memory = memory << 30;
            options.limits.time = std::time::Duration::from_secs(60 * minutes);
            record(names, &options, *check, isa.as_deref())
        }
        Command::List { long, format } => recordings::run(*long, *format),
    }
}

fn entries(names: &[String]) -> Result<Vec<WildModule>> {
    let manifest = wild::manifest()?;
    if names.is_empty() {
        return Ok(manifest.modules);
    }
    names.iter().map(|n| Ok(manifest.get(n)?.clone())).collect()
}

fn recorded_name(entry: &WildModule, target: Target) -> OsString {
    recorded::file_name(&entry.name, target.isa, target.collector).into()
}

fn fetch(names: &[String], from: Option<PathBuf>) -> Result<Outcome> {
    let options = FetchOptions {
        from,
        ..FetchOptions::default()
    };
    let mut failures = 0;
    for entry in entries(names)? {
        match wild::fetch(&entry, &options) {
            Ok(path) => println!("{}: {}", entry.name, path.display()),
            Err(error) => {
                eprintln!("error: {error}");
                failures += 1;
            }
        }
    }
    Ok(Outcome::of(failures))
}

fn record(
    names: &[String],
    options: &RecordOptions,
    check: bool,
    isa: Option<&str>,
) -> Result<Outcome> {
    let targets: Vec<_> = TARGETS
        .into_iter()
        .filter(|t| isa.is_none_or(|i| i == t.isa))
        .collect();
    if targets.is_empty() {
        bail!(
            "no such ISA: {}; give one of x86_64, aarch64, riscv64, s390x, pulley64",
            isa.unwrap_or_default()
        );
    }
    let recorded: Vec<_> = recorded::recordings(&options.folder)?
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_owned()))
        .collect();
    let mut failures = 0;
    for entry in entries(names)? {
        for &target in &targets {
            let what = format!("{}/{}/{}", entry.name, target.isa, target.collector);
            if let Some(reason) = entry.failure(target.isa, target.collector) {
                println!("{what}: left out, {reason}");
                continue;
            }
            if check && !recorded.contains(&recorded_name(&entry, target)) {
                println!("{what}: left out, never recorded");
                continue;
            }
            let outcome = if check {
                recorded::check(&entry, target, options).map(|differences| {
                    match differences.len() {
                        0 => Ok(format!("{what}: the same, bit for bit")),
                        _ => Err(format!(
                            "{what}: differs from the recording: {}",
                            differences.join("; ")
                        )),
                    }
                })
            } else {
                recorded::record(&entry, target, options)
                    .map(|header| Ok(format!("{what}: {} safepoints", header.safepoints)))
            };
            match outcome.map_err(|e| e.to_string()).and_then(|line| line) {
                Ok(line) => println!("{line}"),
                Err(line) => {
                    eprintln!("error: {line}");
                    failures += 1;
                }
            }
        }
    }
    Ok(Outcome::of(failures))
}
