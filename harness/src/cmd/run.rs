//! `run`: everything that needs no clock, of all modules or a share of them.

use crate::args::Selection;
use crate::call::Call;
use crate::digest::{hex, table_hash};
use crate::machine::provenance::ProvenanceRecorder;
use crate::outcome::Outcome;
use crate::output::say;
use crate::run_folder::{Force, RunFolder};
use crate::scheme::{self, Scheme};
use crate::shard::{self, Shard, ShardRecord};
use crate::{deterministic, modules, size, walks};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use stackmap_corpus::{Module, child};
use stackmap_reports::results::write_file;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,

    /// Only share I of N; `merge` puts all of them together
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: Shard,

    /// Folder for the results
    #[arg(short, long, default_value = "results/run")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,
}

pub fn run(args: &Args, call: &Call) -> Result<Outcome> {
    let seed = args.selection.seed();
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let dir = &args.out;
    let mut folder = RunFolder::claim(dir, call, args.force.onto())?;
    let mut provenance = ProvenanceRecorder::begin(seed);
    let mut loaded = modules::load(&args.selection)?;
    let record = ShardRecord {
        shard: args.shard,
        run: identity(&loaded.modules, &schemes, seed)?,
        seed,
    };
    shard::keep(&mut loaded.modules, args.shard);
    ensure!(
        !loaded.modules.is_empty(),
        "share {} of {} has no module in it; take fewer shares",
        args.shard.index,
        args.shard.of
    );
    provenance.modules(&loaded.modules);

    folder.begin()?;
    let sizes = size::measure_all(&loaded.modules, &schemes, seed)?;
    let walks = walks::record_all(&loaded.modules, &args.selection);
    deterministic::write(dir, &loaded.modules, &schemes, &sizes, &walks, seed)?;
    provenance.finish(dir)?;
    let record = serde_json::to_vec_pretty(&record)?;
    write_file(&dir.join(ShardRecord::FILE), &record)?;
    folder.finish()?;
    say!("{}", dir.display())?;
    Ok(loaded.outcome())
}

/// What is the same for all shares of one run and for no other run.
fn identity(modules: &[Module], schemes: &[Scheme], seed: u64) -> Result<String> {
    let binary = child::running_binary().and_then(std::fs::read);
    let mut hash = Sha256::new()
        .chain_update(binary.context("the lab's own binary cannot be read")?)
        .chain_update(seed.to_le_bytes());
    schemes.iter().for_each(|s| hash.update(s.name));
    for module in modules {
        hash.update(module.key().to_string());
        hash.update(table_hash(&module.table));
    }
    Ok(hex(&hash.finalize()))
}
