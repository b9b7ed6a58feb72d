//! Flags that several subcommands share.

use crate::random::SEED;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use regex::Regex;
use stackmap_corpus::recorded::RecordOptions;
use stackmap_corpus::wild::FetchOptions;
use stackmap_corpus::{
    Collector, CompileOptions, CorpusError, CorpusFolder, Limits, ModuleKey, OptLevel, UnknownName,
    clif,
};
use stackmap_reports::{Rules, RulesError};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// By what the report decides.
#[derive(Args, Clone, Debug)]
pub struct RulesFlag {
    /// What counts as a difference, in a file like `reports/decision.toml`
    /// [default: what that one says]
    #[arg(long, value_name = "FILE", value_parser = parse_rules)]
    rules: Option<Rules>,
}

impl RulesFlag {
    pub fn rules(&self) -> Rules {
        self.rules.unwrap_or_default()
    }
}

fn parse_rules(path: &str) -> Result<Rules, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    text.parse().map_err(|error: RulesError| error.to_string())
}

/// Which schemes to run on which modules.
#[derive(Args, Clone, Debug)]
pub struct Selection {
    /// Only schemes whose name matches; the baseline `exact` always runs
    #[arg(short, long, value_name = "REGEX")]
    pub scheme: Option<Regex>,

    /// Only corpus modules whose `name/isa/collector` matches; or the path of
    /// a .wasm, .wat, .cwasm or .clif file to add. May be given again
    #[arg(short, long = "module", value_name = "REGEX|PATH", value_parser = parse_module)]
    modules: Vec<ModuleArg>,

    /// Just these .wasm, .wat, .cwasm or .clif files, and no corpus module
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "modules")]
    only: Vec<PathBuf>,

    #[command(flatten)]
    pub corpus: CorpusArg,

    #[command(flatten)]
    pub compile: Compile,

    /// Seed of everything random [default: 10431, and a fresh one for timings]
    #[arg(long)]
    seed: Option<u64>,

    /// A tenth of the synthetic functions, fewer modules and shorter timings
    #[arg(long)]
    pub quick: bool,
}

impl Selection {
    /// Seed of what should come out the same every time.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(SEED)
    }

    /// The seed that was asked for.
    pub fn given_seed(&self) -> Option<u64> {
        self.seed
    }

    /// Whether a corpus module is among those asked for.
    pub fn wants(&self, module: &ModuleKey) -> bool {
        let id = module.to_string();
        let mut patterns = self.patterns();
        self.wants_corpus()
            && (patterns.clone().next().is_none() || patterns.any(|p| p.is_match(&id)))
    }

    /// Whether any corpus module may be among those asked for.
    pub fn wants_corpus(&self) -> bool {
        self.only.is_empty()
    }

    /// Whether less than the whole corpus is asked for, or more.
    pub fn is_narrowed(&self) -> bool {
        !self.modules.is_empty()
    }

    /// What corpus modules are asked for by; all are if there is none.
    pub fn patterns(&self) -> impl Iterator<Item = &Regex> + Clone {
        self.modules.iter().filter_map(|arg| match arg {
            ModuleArg::Matching(pattern) => Some(pattern),
            ModuleArg::File(_) => None,
        })
    }

    /// The folder of recorded walks; none where there is no corpus.
    pub fn walks(&self) -> Option<PathBuf> {
        self.corpus.find().ok().map(|corpus| corpus.walks())
    }

    /// The files that are named.
    pub fn files(&self) -> Vec<PathBuf> {
        let added = self.modules.iter().filter_map(|arg| match arg {
            ModuleArg::File(file) => Some(file),
            ModuleArg::Matching(_) => None,
        });
        self.only.iter().chain(added).cloned().collect()
    }
}

/// Where the files of the corpus lie.
#[derive(Args, Clone, Debug)]
pub struct CorpusArg {
    /// The folder `corpus` of the lab's sources, where the lab was moved away
    /// from them
    #[arg(long, value_name = "DIR", env = "STACKMAP_CORPUS")]
    corpus: Option<PathBuf>,
}

impl CorpusArg {
    /// Whether the folder is named, rather than the one that there usually is.
    pub fn is_named(&self) -> bool {
        self.corpus.is_some()
    }

    pub fn find(&self) -> Result<CorpusFolder, CorpusError> {
        CorpusFolder::find(self.corpus.as_deref())
    }
}

/// Where the files of wild modules come from.
#[derive(Args, Clone, Debug)]
pub struct FetchArg {
    /// Take modules, and what they need, from this folder, by hash, instead of the
    /// network
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

impl FetchArg {
    pub fn options(&self, corpus: &CorpusFolder) -> FetchOptions {
        FetchOptions {
            from: self.from.clone(),
            cache: corpus.cache(),
        }
    }
}

/// How wild modules are fetched and compiled, and where they are recorded.
#[derive(Args, Clone, Debug)]
pub struct WildArgs {
    #[command(flatten)]
    fetch: FetchArg,
    #[command(flatten)]
    corpus: CorpusArg,
    #[command(flatten)]
    limits: CompileLimits,
}

impl WildArgs {
    pub fn find(&self) -> Result<(CorpusFolder, RecordOptions), CorpusError> {
        let corpus = self.corpus.find()?;
        let options = RecordOptions {
            fetch: self.fetch.options(&corpus),
            folder: corpus.recordings(),
            limits: self.limits.limits(),
        };
        Ok((corpus, options))
    }
}

/// How files that still have to be compiled are compiled.
#[derive(Args, Clone, Debug)]
pub struct Compile {
    /// Target of modules that still have to be compiled, such as aarch64
    /// [default: this machine]
    #[arg(long, value_name = "TRIPLE", value_parser = parse_target)]
    pub target: Option<String>,

    /// Collector of modules that still have to be compiled: copying, drc or
    /// null [default: Wasmtime's own]
    #[arg(long, value_parser = parse_collector)]
    pub collector: Option<Collector>,

    /// How much to optimise files that still have to be compiled: none, speed
    /// or speed_and_size [default: Wasmtime's own]
    #[arg(long, value_name = "LEVEL")]
    opt_level: Option<OptLevel>,

    #[command(flatten)]
    pub limits: CompileLimits,
}

impl Compile {
    /// How modules of the corpus are compiled.
    pub fn of_corpus(&self) -> CompileOptions {
        CompileOptions {
            target: self.target.clone(),
            collector: self.collector,
            opt_level: None,
        }
    }

    /// The collector that modules of the corpus are compiled for.
    pub fn collector_of_corpus(&self) -> Collector {
        self.collector.unwrap_or(Collector::Copying)
    }

    /// How files named on the command line are compiled.
    pub fn of_files(&self) -> CompileOptions {
        CompileOptions {
            opt_level: self.opt_level,
            ..self.of_corpus()
        }
    }
}

/// A collector that modules are compiled for.
pub fn parse_collector(name: &str) -> Result<Collector, UnknownName> {
    let mut known = Collector::OF_MODULES.into_iter();
    let found = known.find(|collector| collector.name() == name);
    found.ok_or_else(|| UnknownName::new("collector", name, &Collector::OF_MODULES))
}

/// A target that Wasmtime compiles modules for, or Cranelift functions.
fn parse_target(target: &str) -> Result<String, String> {
    let options = CompileOptions {
        target: Some(target.to_owned()),
        ..CompileOptions::default()
    };
    match (options.config(), clif::target_isa(target)) {
        (Err(problem), Err(_)) => Err(problem),
        _ => Ok(target.to_owned()),
    }
}

/// What one compile may use.
#[derive(Args, Clone, Debug)]
pub struct CompileLimits {
    /// GiB that the compile of one module may use
    #[arg(long, value_name = "GIB", default_value_t = 12, value_parser = gib())]
    memory: u64,

    /// Minutes that the compile of one module may take
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = minutes())]
    minutes: u64,
}

impl CompileLimits {
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.memory * GIB,
            time: Duration::from_secs(MINUTE * self.minutes),
        }
    }
}

/// Bytes.
pub const GIB: u64 = 1 << 30;
/// Seconds.
const MINUTE: u64 = 60;

/// Some memory, and no more than can be counted in bytes.
pub fn gib() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=u64::MAX / GIB)
}

/// Some time, and no more than can be counted in seconds.
fn minutes() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..=u64::MAX / MINUTE)
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
enum ModuleArg {
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
