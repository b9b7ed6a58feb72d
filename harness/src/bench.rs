//! `bench`: verify, size and time everything, then write the report.

use crate::args::Select;
use crate::latency::{self, Effort, Plan};
use crate::load::{self, Loaded};
use crate::provenance::Provenance;
use crate::scheme::{self, Scheme};
use crate::size::{self, SizeRow};
use crate::{Outcome, cells, progress, report, results};
use anyhow::{Context, Result};
use stackmap_corpus::{Module, Tier};
use stackmap_reports::{Weights, stats};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,

    /// Folder for the results [default: results/ and the time]
    #[arg(short, long)]
    out: Option<PathBuf>,

    /// Go on with an interrupted run in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    resume: Option<PathBuf>,

    /// Child processes that time [default: 30, or 5 with --quick]
    #[arg(long)]
    processes: Option<usize>,

    /// Every module in every combination of queries and caches; takes hours
    #[arg(long, conflicts_with = "quick")]
    thorough: bool,

    /// What the decision weighs [default: bytes=0.5,hot=0.25,cold=0.25]
    #[arg(long)]
    weights: Option<Weights>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let seed = args.select.seed;
    let out = args.resume.clone().or_else(|| args.out.clone());
    let dir = results::create(&out.unwrap_or_else(new_folder))?;
    let mut provenance = Provenance::begin(seed);
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    provenance.modules(&loaded.modules);

    let mut sizes = size::measure_all(&loaded, &schemes, seed)?;
    add_encode_cost(&mut sizes, &loaded, &schemes)?;
    cells::write(&dir, &loaded, &schemes, &sizes, seed)?;

    let Loaded { modules, failures } = loaded;
    let timed: Vec<Module> = modules
        .into_iter()
        .filter(|m| args.thorough || is_timed(m))
        .collect();
    let effort = match (args.select.quick, args.thorough) {
        (true, _) => Effort::Quick,
        (_, true) => Effort::Thorough,
        _ => Effort::Standard,
    };
    let name = dir
        .file_name()
        .map_or("run".into(), |n| n.to_string_lossy().into_owned());
    let mut plan = Plan::new(name, seed, effort);
    plan.processes = args.processes.unwrap_or(plan.processes);
    plan.resume = args.resume.is_some();
    latency::measure(&timed, &schemes, &plan, &dir)?;
    stats::summarize_folder(&dir, seed).context("the statistics of the timings")?;
    provenance.finish(&dir)?;

    report::write(&dir, &args.weights.unwrap_or_default())?;
    Ok(Outcome::of(failures))
}

/// Timed without `--thorough`: what the headline rests on, its programs with
/// recorded walks, and whatever was named on the command line.
fn is_timed(module: &Module) -> bool {
    let native = ["x86_64", "aarch64"].contains(&module.isa.as_str());
    match module.tier {
        Tier::Wild => native && module.collector == "copying",
        Tier::Program | Tier::Yours => true,
        Tier::Synthetic | Tier::Smith => false,
    }
}

/// Times the writers, one after another, once nothing parallel is alive.
fn add_encode_cost(sizes: &mut [SizeRow], loaded: &Loaded, schemes: &[Scheme]) -> Result<()> {
    let bar = progress::bar("time the writers", loaded.modules.len());
    for (rows, module) in sizes.chunks_mut(schemes.len()).zip(&loaded.modules) {
        for (row, scheme) in rows.iter_mut().zip(schemes) {
            if let Some(costs) = latency::encode_cost(module, scheme)? {
                row.encode_ns_per_safepoint = Some(costs.encode);
                row.check_ns_per_safepoint = Some(costs.check);
                row.encode_peak_bytes = Some(costs.peak);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn new_folder() -> PathBuf {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    PathBuf::from(format!("results/{}", now.map_or(0, |d| d.as_secs())))
}
