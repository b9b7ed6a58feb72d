//! `run`: everything that needs no clock, of all modules or a share of them.

use crate::args::Select;
use crate::load::{self, Loaded};
use crate::provenance::Provenance;
use crate::scheme::{self, Scheme};
use crate::{Outcome, cells, latency, results, size};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stackmap_corpus::Module;
use std::path::PathBuf;
use std::str::FromStr;

/// Says of a folder which share of which run it holds.
pub const SHARD: &str = "shard.json";

/// What a module costs besides its safepoints, in safepoints.
const EACH: usize = 2_000;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,

    /// Only share I of N; `merge` puts all of them together
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: Shard,

    /// Folder for the results
    #[arg(short, long, default_value = "results/run")]
    out: PathBuf,
}

/// Share `index` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    pub index: usize,
    pub of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/');
        let parsed = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parsed {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => Err("give I/N with I from 1 to N, such as 2/4".to_owned()),
        }
    }
}

/// What a folder's share is of: the same for all shares of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub shard: Shard,
    /// Hash of the lab's binary, the seed, the schemes and all modules.
    pub run: String,
    pub seed: u64,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let seed = args.select.seed;
    let dir = results::create(&args.out)?;
    let mut provenance = Provenance::begin(seed);
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let mut loaded = load::load(&args.select)?;
    let part = Part {
        shard: args.shard,
        run: identity(&loaded, &schemes, seed)?,
        seed,
    };
    keep(&mut loaded.modules, args.shard);
    ensure!(
        !loaded.modules.is_empty(),
        "share {} of {} has no module in it; take fewer shares",
        args.shard.index,
        args.shard.of
    );
    provenance.modules(&loaded.modules);
    let sizes = size::measure_all(&loaded, &schemes, seed)?;
    cells::write(&dir, &loaded, &schemes, &sizes, seed)?;
    provenance.finish(&dir)?;
    results::write(&dir, SHARD, &serde_json::to_vec_pretty(&part)?)?;
    println!("{}", dir.display());
    Ok(loaded.outcome())
}

fn identity(loaded: &Loaded, schemes: &[Scheme], seed: u64) -> Result<String> {
    let binary = std::env::current_exe().and_then(std::fs::read);
    let mut hash = Sha256::new()
        .chain_update(binary.context("the lab's own binary cannot be read")?)
        .chain_update(seed.to_le_bytes());
    schemes.iter().for_each(|s| hash.update(s.name()));
    for module in &loaded.modules {
        hash.update(module.id());
        hash.update(latency::table_hash(&module.table));
    }
    Ok(latency::hex(&hash.finalize()))
}

/// Keeps one share: modules next to each other, such that all shares have
/// about as many safepoints.
fn keep(modules: &mut Vec<Module>, shard: Shard) {
    let weights: Vec<usize> = modules.iter().map(|m| m.table.len() + EACH).collect();
    let mut shares = shares(&weights, shard.of).into_iter();
    modules.retain(|_| shares.next() == Some(shard.index));
}

/// The share of each weight, from 1 to `of`, ascending.
fn shares(weights: &[usize], of: usize) -> Vec<usize> {
    let total: usize = weights.iter().sum();
    let mut before = 0;
    let share = |weight: &usize| {
        let middle = before + weight / 2;
        before += weight;
        middle * of / total.max(1) + 1
    };
    weights.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_in_order() {
        assert_eq!(shares(&[5, 5, 5, 5], 2), [1, 1, 2, 2]);
        assert_eq!(shares(&[30, 5, 5, 20], 2), [1, 2, 2, 2]);
        assert_eq!(shares(&[1, 1, 1], 1), [1, 1, 1]);
        assert_eq!(shares(&[], 3), [0; 0]);
    }

    #[test]
    fn shares_are_named_from_one() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
