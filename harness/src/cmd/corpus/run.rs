//! `corpus run`: runs pinned executions and tells of their collections.

use crate::args::{CompileLimits, CorpusArg, Format};
use crate::outcome::Outcome;
use crate::output::{self, PrintedColumn, note, percent, thousands};
use crate::walks::{Walks, rows};
use anyhow::{Context, Result};
use stackmap_corpus::execution::{self, Execution, Executions};
use stackmap_corpus::recorded::{RecordOptions, TARGETS, Target};
use stackmap_corpus::wild::{FetchOptions, Manifest};
use stackmap_corpus::{CorpusError, Isa, walks};
use stackmap_reports::results::WalkRow;
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
    let (mut table, mut failures) = (Vec::new(), 0);
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
                let walks = executed.walks(execution);
                keep(args, &walks, &corpus.walks())?;
                Ok((executed, walks))
            });
            match kept {
                Ok((executed, walks)) => {
                    let walks = Walks::of(vec![walks]);
                    table.extend(walks.iter().flat_map(|w| rows(&executed.module, w)));
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
    output::print(args.format, &table, COLUMNS)?;
    Ok(Outcome::of(failures))
}

/// Records the walks of an execution, or refuses walks that are not the recorded
/// ones.
fn keep(args: &Args, walks: &walks::Walks, folder: &Path) -> Result<(), CorpusError> {
    if args.record {
        return walks::store(folder, walks);
    }
    match walks::recorded(folder, walks)? {
        Some(recorded) if recorded == *walks => Ok(()),
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

const COLUMNS: &[PrintedColumn<WalkRow>] = &[
    ("execution", |r| r.execution.clone()),
    ("language", |r| r.language.clone()),
    ("collector", |r| r.collector.to_string()),
    ("collections", |r| thousands(r.collections)),
    ("frames", |r| thousands(r.walked)),
    ("median", |r| thousands(r.median)),
    ("p99", |r| thousands(r.p99)),
    ("deepest", |r| thousands(r.deepest)),
    ("repeated", |r| percent(Some(r.repeated))),
    ("empty", |r| percent(Some(r.empty))),
];
