//! `corpus run`: runs pinned executions and tells of their collections.

use crate::args::{CompileLimits, CorpusArg, Format};
use crate::outcome::Outcome;
use crate::output::{self, PrintedColumn, note, percent, thousands};
use anyhow::{Context, Result};
use serde::Serialize;
use stackmap_corpus::execution::{self, Executed, Execution, Executions};
use stackmap_corpus::recorded::{RecordOptions, TARGETS, Target};
use stackmap_corpus::wild::{FetchOptions, Manifest};
use stackmap_corpus::{Collector, CorpusError, Isa, walks};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/executions.toml [default: all]
    names: Vec<String>,
    /// Take modules from this folder, by hash, instead of the network
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Record the walks, instead of comparing them with what is recorded
    #[arg(long)]
    record: bool,
    /// Run them under this JavaScript engine, too: a Node.js of version 22 or newer
    #[arg(long, value_name = "NODE")]
    reference: Option<PathBuf>,
    /// Print what the modules print
    #[arg(long)]
    output: bool,
    #[command(flatten)]
    corpus: CorpusArg,
    #[command(flatten)]
    limits: CompileLimits,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let corpus = args.corpus.find()?;
    let options = RecordOptions {
        fetch: FetchOptions {
            from: args.from.clone(),
            cache: corpus.cache(),
        },
        folder: corpus.recordings(),
        limits: args.limits.limits(),
    };
    let executions = Executions::read(&corpus.executions())?;
    let manifest = Manifest::read(&corpus.manifest())?;
    let chosen: Vec<&Execution> = match args.names.as_slice() {
        [] => executions.executions.iter().collect(),
        names => names
            .iter()
            .map(|n| executions.get(n))
            .collect::<Result<_, _>>()?,
    };
    let host = Isa::host().context("no module can be run: Cranelift lacks this machine's ISA")?;
    let targets = TARGETS.into_iter().filter(|target| target.isa == host);
    let targets: Vec<Target> = targets.collect();
    let (mut rows, mut failures) = (Vec::new(), 0);
    for execution in chosen {
        let module = manifest.get(&execution.module)?;
        if let Some(node) = &args.reference
            && let Err(error) = execution::reference(execution, module, &options.fetch, node)
        {
            note!("error: {error}");
            failures += 1;
        }
        for &target in &targets {
            let executed = execution::execute(execution, module, target, &options);
            let kept = executed.and_then(|executed| {
                keep(args, execution, &executed, &corpus.walks())?;
                Ok(executed)
            });
            match kept {
                Ok(executed) => {
                    rows.push(row(execution, target, &executed));
                    if args.output {
                        output::print_text(&executed.output)?;
                    }
                }
                Err(error) => {
                    note!("error: {error}");
                    failures += 1;
                }
            }
        }
    }
    output::print(args.format, &rows, COLUMNS)?;
    Ok(Outcome::of(failures))
}

/// Records the walks of an execution, or refuses walks that are not the recorded
/// ones.
fn keep(
    args: &Args,
    execution: &Execution,
    executed: &Executed,
    folder: &Path,
) -> Result<(), CorpusError> {
    let walks = executed.walks(execution);
    if args.record {
        return walks::store(folder, &walks);
    }
    match walks::recorded(folder, &walks)? {
        Some(recorded) if recorded == walks => Ok(()),
        other => {
            let problem = match other {
                Some(_) => "its walks are not those recorded",
                None => "its walks are not recorded",
            };
            let name = folder.join(walks::file_name(&walks.header));
            let remedy = "record them anew: `stackmap-lab corpus run --record`";
            Err(CorpusError::unusable(
                &name.display().to_string(),
                problem,
                remedy,
            ))
        }
    }
}

const COLUMNS: &[PrintedColumn<ExecutionRow>] = &[
    ("execution", |r| r.execution.clone()),
    ("collector", |r| r.collector.to_string()),
    ("collections", |r| thousands(r.collections)),
    ("frames", |r| thousands(r.frames)),
    ("median", |r| thousands(r.median)),
    ("p99", |r| thousands(r.p99)),
    ("deepest", |r| thousands(r.deepest)),
    ("distinct", |r| percent(Some(r.distinct))),
    ("empty", |r| percent(Some(r.empty))),
];

/// What there is to tell of an execution.
#[derive(Serialize)]
struct ExecutionRow {
    execution: String,
    module: String,
    isa: Isa,
    collector: Collector,
    /// Collections, and the frames that they walked.
    collections: u64,
    frames: u64,
    /// Frames of a collection.
    median: u64,
    p99: u64,
    deepest: u64,
    /// Share of the frames of a collection whose return address is its first.
    distinct: f64,
    /// Share of the frames without live references.
    empty: f64,
}

fn row(execution: &Execution, target: Target, executed: &Executed) -> ExecutionRow {
    let watched = &executed.watched;
    let mut depths: Vec<u64> = watched.stacks.iter().map(|s| s.len() as u64).collect();
    depths.sort_unstable();
    let at = |share: f64| {
        let last = depths.len().saturating_sub(1) as f64;
        depths
            .get((last * share).round() as usize)
            .copied()
            .unwrap_or(0)
    };
    let frames = depths.iter().sum::<u64>().max(1) as f64;
    let distinct = |stack: &Vec<u32>| stack.iter().collect::<HashSet<_>>().len();
    let distinct: usize = watched.stacks.iter().map(distinct).sum();
    let safepoints = executed.module.table.iter();
    let empties: HashSet<u32> = safepoints.filter(|s| s.is_empty()).map(|s| s.pc).collect();
    let empty = watched
        .stacks
        .iter()
        .flatten()
        .filter(|pc| empties.contains(pc));
    ExecutionRow {
        execution: execution.name.clone(),
        module: execution.module.clone(),
        isa: target.isa,
        collector: target.collector,
        collections: watched.collections,
        frames: watched.frames,
        median: at(0.5),
        p99: at(0.99),
        deepest: at(1.0),
        distinct: distinct as f64 / frames,
        empty: empty.count() as f64 / frames,
    }
}
