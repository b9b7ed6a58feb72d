//! `corpus fetch`: gets wild modules, prepares them and checks every hash.

use super::named::named;
use crate::args::{CorpusArg, FetchArg};
use crate::outcome::Outcome;
use crate::output::{note, say};
use anyhow::Result;
use stackmap_corpus::wild;

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/wild.toml [default: all]
    names: Vec<String>,
    #[command(flatten)]
    fetch: FetchArg,
    #[command(flatten)]
    corpus: CorpusArg,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let corpus = args.corpus.find()?;
    let options = args.fetch.options(&corpus);
    let mut failures = 0;
    for module in named(&args.names, &corpus)? {
        match wild::fetch(&module, &options) {
            Ok(path) => say!("{}: {}", module.name, path.display())?,
            Err(error) => {
                note!("error: {error}");
                failures += 1;
            }
        }
    }
    Ok(Outcome::of(failures))
}
