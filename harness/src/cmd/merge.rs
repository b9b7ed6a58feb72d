//! `merge`: shares of a run, and timings of other days and machines, into one
//! folder.

use crate::args::RulesFlag;
use crate::call::Call;
use crate::deterministic::BY_MODULE;
use crate::machine::provenance::arguments;
use crate::outcome::Outcome;
use crate::output::report::Report;
use crate::run_folder::{self, Force, Manifest, RunFolder};
use crate::shard::ShardRecord;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use stackmap_reports::results::{
    Fact, Provenance, Row, RunRow, SampleRow, SchemeRow, SizeRow, read_rows, write_file,
};
use stackmap_reports::stats;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Folders that `run --shard`, `latency` and `bench` left
    #[arg(required = true)]
    folders: Vec<PathBuf>,

    /// Folder for the whole
    #[arg(short, long, default_value = "results/merged")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    rules: RulesFlag,
}

pub fn run(args: &Args, call: &Call) -> Result<Outcome> {
    args.folders
        .iter()
        .try_for_each(|folder| check(folder, &args.out))?;
    let with = |name: &'static str| args.folders.iter().filter(move |d| d.join(name).exists());
    let shares = whole(with(ShardRecord::FILE), with(SizeRow::FILE))?;
    let timed: Vec<&PathBuf> = with(SampleRow::FILE).collect();
    same_code(&timed)?;
    let runs = joined(&timed, RunRow::FILE)?;

    let dir = &args.out;
    let mut folder = RunFolder::claim(dir, call, args.force.onto())?;
    folder.begin()?;
    let first = shares[0];
    let schemes = read(&first.join(SchemeRow::FILE))?;
    write_file(&dir.join(SchemeRow::FILE), schemes.as_bytes())?;
    for name in BY_MODULE {
        if let Some(text) = joined(&shares, name)? {
            write_file(&dir.join(name), text.as_bytes())?;
        }
    }
    if let Some(samples) = joined(&timed, SampleRow::FILE)? {
        write_file(&dir.join(SampleRow::FILE), samples.as_bytes())?;
        write_file(&dir.join(RunRow::FILE), runs.unwrap_or_default().as_bytes())?;
        stats::summarize_folder(dir).context("the statistics of the timings")?;
    }
    let mut provenance = Provenance::read(timed.first().copied().unwrap_or(first))?;
    provenance.set(Fact::Arguments, arguments());
    let folders = args.folders.iter().map(|d| d.display().to_string());
    provenance.set(Fact::Merged, folders.map(Value::from).collect::<Vec<_>>());
    provenance.write(dir)?;
    let report = Report::write(dir, &args.rules.rules())?;
    folder.finish()?;
    report.print()?;
    Ok(Outcome::Complete)
}

/// Whether a folder may be merged: results that are whole, and not where the
/// merged ones go.
fn check(folder: &Path, out: &Path) -> Result<()> {
    let name = folder.display();
    let is_share = folder.join(ShardRecord::FILE).exists();
    let manifest = Manifest::read(folder)?;
    ensure!(
        manifest.is_some() || is_share || folder.join(SampleRow::FILE).exists(),
        "{name}: neither a share of a run nor timings; make one with `stackmap-lab run --shard I/N` or `stackmap-lab latency`"
    );
    ensure!(
        !run_folder::are_same(folder, out),
        "{name}: to be merged, and so cannot take the whole; choose another --out"
    );
    match manifest {
        Some(manifest) => manifest.check_whole(folder),
        None if is_share => bail!("{name}: no finished share, for lack of a run.json; run it anew"),
        None => Ok(()),
    }
}

/// What the whole is made of but for timings: the shares of a run, or else the
/// first folder that holds everything.
fn whole<'a>(
    shares: impl Iterator<Item = &'a PathBuf>,
    mut everything: impl Iterator<Item = &'a PathBuf>,
) -> Result<Vec<&'a PathBuf>> {
    let mut shares = shares.peekable();
    if shares.peek().is_some() {
        return in_order(shares);
    }
    let Some(first) = everything.next() else {
        bail!("no share of a run among the folders; make one with `stackmap-lab run`");
    };
    Ok(vec![first])
}

/// The shares by number, complete and of one run.
fn in_order<'a>(folders: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<&'a PathBuf>> {
    let mut shares: Vec<(ShardRecord, &PathBuf)> = folders
        .map(|folder| {
            let path = folder.join(ShardRecord::FILE);
            let record = serde_json::from_str(&read(&path)?)
                .with_context(|| format!("{}: damaged; run the share anew", path.display()))?;
            Ok((record, folder))
        })
        .collect::<Result<_>>()?;
    shares.sort_by_key(|(record, _)| record.shard.index);
    let Some((first, _)) = shares.first().cloned() else {
        bail!("no share of a run among the folders; make one with `stackmap-lab run`");
    };
    for (record, folder) in &shares {
        ensure!(
            record.run == first.run && record.shard.of == first.shard.of,
            "{}: of another run than share {}; the lab, the corpus, the seed and the flags must be the same",
            folder.display(),
            first.shard.index
        );
    }
    let found: Vec<usize> = shares.iter().map(|(r, _)| r.shard.index).collect();
    let wanted: Vec<usize> = (1..=first.shard.of).collect();
    ensure!(
        found == wanted,
        "shares {found:?} of {} given; each is needed once",
        first.shard.of
    );
    let folders = shares.into_iter().map(|(_, folder)| folder);
    Ok(folders.collect())
}

/// Times of different days and machines may stand side by side, but not those
/// of different code or modules.
fn same_code(folders: &[&PathBuf]) -> Result<()> {
    let mut runs = BTreeSet::new();
    let mut sums: BTreeMap<String, (String, &Path)> = BTreeMap::new();
    for folder in folders {
        for (name, sum) in Provenance::read(folder)?.sums() {
            let (known, other) = sums.entry(name.to_owned()).or_insert((sum.clone(), folder));
            ensure!(
                *known == sum,
                "{} and {}: differ in {name}; time one of them anew with the code and modules of the other",
                other.display(),
                folder.display()
            );
        }
        for row in read_rows::<RunRow>(&folder.join(RunRow::FILE))? {
            let run = row.run;
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

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))
}
