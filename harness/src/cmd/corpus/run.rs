//! `corpus run`: runs pinned executions and tells of their collections.

use super::named;
use crate::args::{Format, WildArgs, parse_collector};
use crate::outcome::Outcome;
use crate::output::{self, PrintedColumn, note, percent, thousands};
use crate::walks::{Behind, Walks, rows};
use anyhow::{Context, Result};
use stackmap_corpus::execution::{self, Kind};
use stackmap_corpus::recorded::{self, TARGETS, Target};
use stackmap_corpus::wild;
use stackmap_corpus::{Collector, CorpusError, Isa, walks};
use stackmap_reports::results::WalkRow;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/executions.toml [default: those whose modules take no minutes
    /// to compile]
    names: Vec<String>,
    #[command(flatten)]
    wild: WildArgs,
    /// Only with this collector: copying or drc
    #[arg(long, value_parser = parse_collector)]
    collector: Option<Collector>,
    /// Leave out modules of git repositories, unless they were fetched before or
    /// are in that folder
    #[arg(long)]
    registries: bool,
    /// Record the walks, instead of comparing them with what is recorded
    #[arg(long)]
    record: bool,
    /// Run those that no trace is of under this JavaScript engine, too: a Node.js of
    /// version 22 or newer
    #[arg(long, value_name = "NODE")]
    reference: Option<PathBuf>,
    /// Print what the modules print
    #[arg(long)]
    output: bool,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let (corpus, options) = args.wild.find()?;
    let mut chosen = named::executions(&args.names, &corpus)?;
    chosen.retain(|(_, module)| !module.heavy || !args.names.is_empty());
    let host = Isa::host().context("no module can be run: Cranelift lacks this machine's ISA")?;
    let wanted = |target: &Target| {
        target.isa == host && args.collector.is_none_or(|only| only == target.collector)
    };
    let targets = TARGETS.into_iter().filter(wanted);
    let targets: Vec<Target> = targets.collect();
    let (mut table, mut failures) = (Vec::new(), 0);
    for (execution, module) in &chosen {
        if args.registries && !wild::is_at_hand(module, &options.fetch)? {
            let name = &execution.name;
            note!(
                "note: {name}: left out, its module is in a git repository; fetch it first, or give a folder that holds it with --from"
            );
            continue;
        }
        if let Some(node) = &args.reference
            && let Kind::Called(called) = &execution.kind
            && let Err(error) =
                execution::reference(&execution.name, called, module, &options.fetch, node)
        {
            note!("error: {error}");
            failures += 1;
        }
        for &target in &targets {
            let recording = recorded::file_name(&target.key(&module.name));
            if !options.folder.join(recording).exists() {
                let (name, collector) = (&execution.name, target.collector);
                note!("note: {name}: not run with {collector}, its module has no table for that");
                continue;
            }
            let executed = execution::execute(execution, module, target, &options);
            let kept = executed.and_then(|executed| {
                let walks = executed.walks(execution);
                keep(args, &walks, &corpus.walks())?;
                Ok((executed, walks))
            });
            match kept {
                Ok((executed, walks)) => {
                    let walks = Walks::of(vec![walks]);
                    if let Some(walks) = &walks {
                        let behind = Behind::new(&executed.module)?;
                        table.extend(rows(&executed.module, walks, &behind)?);
                    }
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
