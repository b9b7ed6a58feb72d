//! `corpus record-run`: makes the traces of executions anew.

use super::named::executions;
use crate::args::{CorpusArg, FetchArg};
use crate::outcome::Outcome;
use crate::output::{note, say};
use anyhow::Result;
use stackmap_corpus::execution;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/executions.toml
    #[arg(required = true)]
    names: Vec<String>,
    /// The JavaScript engine: a Node.js of version 24 or newer
    #[arg(long, value_name = "NODE", default_value = "node")]
    node: PathBuf,
    #[command(flatten)]
    fetch: FetchArg,
    #[command(flatten)]
    corpus: CorpusArg,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let corpus = args.corpus.find()?;
    let options = args.fetch.options(&corpus);
    let mut failures = 0;
    for (execution, module) in executions(&args.names, &corpus)? {
        match execution::record_trace(&execution, &module, &options, &args.node) {
            Ok(header) => {
                let (name, engine) = (header.execution, header.engine);
                say!("{name}: recorded under {engine}; run it with `corpus run --record {name}`")?;
            }
            Err(error) => {
                note!("error: {error}");
                failures += 1;
            }
        }
    }
    Ok(Outcome::of(failures))
}
