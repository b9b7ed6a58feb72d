//! `merge`: shares of a run, and timings of one host, into one folder.

use crate::deterministic::{BY_MODULE, SCHEMES};
use crate::machine::provenance::Provenance;
use crate::outcome::Outcome;
use crate::output::report;
use crate::results_folder;
use crate::shard::ShardRecord;
use crate::timing::SAMPLES;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use stackmap_reports::{Weights, stats};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Folders that `run --shard` and `latency` left
    #[arg(required = true)]
    folders: Vec<PathBuf>,

    /// Folder for the whole
    #[arg(short, long, default_value = "results/merged")]
    out: PathBuf,

    /// What the decision weighs [default: bytes=0.5,hot=0.25,cold=0.25]
    #[arg(long)]
    weights: Option<Weights>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let has = |name: &'static str| args.folders.iter().filter(move |d| d.join(name).exists());
    for folder in &args.folders {
        ensure!(
            folder.join(ShardRecord::FILE).exists() || folder.join(SAMPLES).exists(),
            "{}: neither a share of a run nor timings; make one with `stackmap-lab run --shard I/N` or `stackmap-lab latency`",
            folder.display()
        );
    }
    let (parts, seed) = in_order(has(ShardRecord::FILE))?;
    let timed: Vec<&PathBuf> = has(SAMPLES).collect();
    one_host(&timed)?;

    let dir = results_folder::create(&args.out)?;
    let first = parts[0];
    results_folder::write(&dir, SCHEMES, &read(&first.join(SCHEMES))?.into_bytes())?;
    for name in BY_MODULE {
        if let Some(text) = joined(&parts, name)? {
            results_folder::write(&dir, name, text.as_bytes())?;
        }
    }
    if let Some(samples) = joined(&timed, SAMPLES)? {
        results_folder::write(&dir, SAMPLES, samples.as_bytes())?;
        stats::summarize_folder(&dir, seed).context("the statistics of the timings")?;
    }
    let mut provenance = provenance(timed.first().copied().unwrap_or(first))?;
    let of: Vec<Value> = args
        .folders
        .iter()
        .map(|d| d.display().to_string().into())
        .collect();
    provenance.insert("merged".to_owned(), of.into());
    results_folder::write(
        &dir,
        Provenance::FILE,
        &serde_json::to_vec_pretty(&provenance)?,
    )?;
    report::write(&dir, &args.weights.unwrap_or_default())?;
    Ok(Outcome::Complete)
}

/// The shares by number, complete and of one run, and its seed.
fn in_order<'a>(folders: impl Iterator<Item = &'a PathBuf>) -> Result<(Vec<&'a PathBuf>, u64)> {
    let mut parts: Vec<(ShardRecord, &PathBuf)> = folders
        .map(|folder| {
            let path = folder.join(ShardRecord::FILE);
            let part = serde_json::from_str(&read(&path)?);
            let part =
                part.with_context(|| format!("{}: damaged; run the share anew", path.display()));
            Ok((part?, folder))
        })
        .collect::<Result<_>>()?;
    parts.sort_by_key(|(part, _)| part.shard.index);
    let Some((first, _)) = parts.first().cloned() else {
        bail!("no share of a run among the folders; make one with `stackmap-lab run`");
    };
    for (part, folder) in &parts {
        ensure!(
            part.run == first.run && part.shard.of == first.shard.of,
            "{}: of another run than share {}; the lab, the corpus, the seed and the flags must be the same",
            folder.display(),
            first.shard.index
        );
    }
    let found: Vec<usize> = parts.iter().map(|(part, _)| part.shard.index).collect();
    let wanted: Vec<usize> = (1..=first.shard.of).collect();
    ensure!(
        found == wanted,
        "shares {found:?} of {} given; each is needed once",
        first.shard.of
    );
    Ok((
        parts.into_iter().map(|(_, folder)| folder).collect(),
        first.seed,
    ))
}

/// Times of different hosts, or of different programs, are not comparable.
fn one_host(folders: &[&PathBuf]) -> Result<()> {
    let mut runs = BTreeSet::new();
    let mut first: Option<(&Path, [Value; 2])> = None;
    for folder in folders {
        let facts = provenance(folder)?;
        let now = ["host", "binary_sha256"].map(|key| facts.get(key).cloned().unwrap_or_default());
        let (of, known) = first.get_or_insert((folder, now.clone()));
        ensure!(
            *known == now,
            "{} and {}: timed on different hosts or with different binaries; time one of them anew where the other was",
            of.display(),
            folder.display()
        );
        let path = folder.join(SAMPLES);
        let mut reader = csv::Reader::from_path(&path)
            .with_context(|| format!("{}: cannot be read", path.display()))?;
        let mut record = csv::StringRecord::new();
        let names = reader.headers()?.iter().position(|h| h == "run");
        let column = names.with_context(|| format!("{}: has no column `run`", path.display()))?;
        let mut own = BTreeSet::new();
        while reader.read_record(&mut record)? {
            own.insert(record.get(column).unwrap_or_default().to_owned());
        }
        for run in own {
            ensure!(
                runs.insert(run.clone()),
                "{}: a run `{run}` is among the others already; time it anew with another --out",
                folder.display()
            );
        }
    }
    Ok(())
}

/// One file out of those of several folders, with the header once. None if
/// no folder has it.
fn joined(folders: &[&PathBuf], name: &str) -> Result<Option<String>> {
    let mut whole: Option<String> = None;
    for folder in folders {
        let path = folder.join(name);
        if !path.exists() {
            continue;
        }
        let text = read(&path)?;
        let Some(sofar) = &mut whole else {
            whole = Some(text);
            continue;
        };
        let header = sofar.lines().next().unwrap_or_default();
        let rows = text.strip_prefix(header).and_then(|t| t.strip_prefix('\n'));
        let rows = rows.with_context(|| {
            format!(
                "{}: its columns are not those of the others; make it anew",
                path.display()
            )
        })?;
        sofar.push_str(rows);
    }
    Ok(whole)
}

fn provenance(folder: &Path) -> Result<Map<String, Value>> {
    let path = folder.join(Provenance::FILE);
    serde_json::from_str(&read(&path)?)
        .with_context(|| format!("{}: damaged; make the run anew", path.display()))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))
}
