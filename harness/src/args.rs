//! Flags that several subcommands share.

use crate::random::SEED;
use clap::Args;
use regex::Regex;
use stackmap_corpus::{Limits, ModuleKey};
use std::path::PathBuf;
use std::time::Duration;

/// Which schemes to run on which modules.
#[derive(Args, Clone, Debug)]
pub struct Selection {
    /// Only schemes whose name matches; the baseline `exact` always runs
    #[arg(short, long, value_name = "REGEX")]
    pub scheme: Option<Regex>,

    /// Only corpus modules whose `name/isa/collector` matches; or the path of
    /// a .wasm, .wat, .cwasm or .clif file to add. May be given again
    #[arg(short, long = "module", value_name = "REGEX|PATH", value_parser = parse_module)]
    pub modules: Vec<ModuleArg>,

    #[command(flatten)]
    pub compile: Compile,

    /// Seed of everything random
    #[arg(long, default_value_t = SEED)]
    pub seed: u64,

    /// A tenth of the synthetic functions, fewer modules and shorter timings
    #[arg(long)]
    pub quick: bool,
}

impl Selection {
    /// Whether a corpus module is among those asked for.
    pub fn wants(&self, module: &ModuleKey) -> bool {
        let id = module.to_string();
        let mut patterns = self.modules.iter().filter_map(|arg| match arg {
            ModuleArg::Matching(pattern) => Some(pattern),
            ModuleArg::File(_) => None,
        });
        patterns.clone().next().is_none() || patterns.any(|p| p.is_match(&id))
    }
}

/// How files that still have to be compiled are compiled.
#[derive(Args, Clone, Debug)]
pub struct Compile {
    /// Target of modules that still have to be compiled, such as aarch64
    /// [default: this machine]
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,

    /// Collector of modules that still have to be compiled: copying, drc or
    /// null [default: Wasmtime's own]
    #[arg(long)]
    pub collector: Option<String>,

    #[command(flatten)]
    pub limits: CompileLimits,
}

/// What one compile may use.
#[derive(Args, Clone, Debug)]
pub struct CompileLimits {
    /// GiB that the compile of one module may use
    #[arg(long, value_name = "GIB", default_value_t = 12)]
    memory: u64,

    /// Minutes that the compile of one module may take
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
}

impl CompileLimits {
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.memory << 30,
            time: Duration::from_secs(60 * self.minutes),
        }
    }
}

/// What to print on stdout.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Format {
    /// Print CSV on stdout
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,

    /// Print JSON on stdout
    #[arg(long)]
    pub json: bool,
}

impl Format {
    /// Whether what is printed is not for people.
    pub fn for_scripts(self) -> bool {
        self.csv || self.json
    }
}

/// A `--module` argument.
#[derive(Clone, Debug)]
pub enum ModuleArg {
    Matching(Regex),
    File(PathBuf),
}

/// A file is told from a pattern by its extension, so that a misspelt path is
/// an error and not a pattern that matches nothing.
fn parse_module(arg: &str) -> Result<ModuleArg, regex::Error> {
    let path = PathBuf::from(arg);
    let extension = path.extension().and_then(|e| e.to_str());
    if matches!(extension, Some("wasm" | "wat" | "cwasm" | "clif")) || path.is_file() {
        return Ok(ModuleArg::File(path));
    }
    Regex::new(arg).map(ModuleArg::Matching)
}
