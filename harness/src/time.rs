//! `latency`: times the schemes, raw samples only.

use crate::args::Select;
use crate::latency::{self, Effort, Plan};
use crate::provenance::Provenance;
use crate::{Outcome, load, results, scheme};
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,

    /// Folder for the results
    #[arg(short, long, default_value = "results/latency")]
    out: PathBuf,

    /// Go on with an interrupted run in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    resume: Option<PathBuf>,

    /// Child processes [default: 30, or 5 with --quick]
    #[arg(long)]
    processes: Option<usize>,

    /// Every combination of queries, caches and loops; takes hours
    #[arg(long, conflicts_with = "quick")]
    thorough: bool,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let dir = results::create(args.resume.as_ref().unwrap_or(&args.out))?;
    let mut provenance = Provenance::begin(args.select.seed);
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    let effort = match (args.select.quick, args.thorough) {
        (true, _) => Effort::Quick,
        (_, true) => Effort::Thorough,
        _ => Effort::Standard,
    };
    let run = dir
        .file_name()
        .map_or("run".into(), |n| n.to_string_lossy().into_owned());
    let mut plan = Plan::new(run, args.select.seed, effort);
    plan.processes = args.processes.unwrap_or(plan.processes);
    plan.resume = args.resume.is_some();
    provenance.modules(&loaded.modules);
    latency::measure(&loaded.modules, &schemes, &plan, &dir)?;
    provenance.finish(&dir)?;
    println!("{}", dir.join("samples.csv").display());
    Ok(loaded.outcome())
}
