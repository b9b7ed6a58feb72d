//! `safety`: what each scheme answers when something upstream of it is wrong.
//!
//! ```text
//! faults ──(true PC, faulty PC)──▶ rivals' sections ──answers──▶ outcome ──counts──▶ safety.csv
//! ```
//!
//! A fault is injected into the PC, into the table that the writer is given,
//! or into the section's bytes. The truth is always that of the safepoint at
//! which the frame really stands.

mod faults;
mod outcome;
mod rivals;
mod truth;

use crate::args::{Format, Select};
use crate::load::{self, Loaded};
use crate::output;
use crate::scheme::{self, Scheme};
use crate::{Outcome, progress};
use anyhow::{Context, Result};
use faults::{Fault, Probe};
use outcome::{Counts, Policy};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use rivals::Rival;
use serde::Serialize;
use stackmap_corpus::{Module, Tier};
use std::collections::BTreeMap;
use truth::Truth;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    format: Format,
}

/// Sections that are damaged, and lookups that are then made in each.
const DAMAGES: usize = 200;
const LOOKUPS_PER_DAMAGE: usize = 16;

/// One row of `safety.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct SafetyRow {
    pub scheme: String,
    pub module: String,
    pub isa: String,
    pub fault: String,
    pub policy: String,
    pub outcome: String,
    pub count: u64,
    pub trials: u64,
    pub tier: Tier,
    pub collector: String,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    let modules = loaded.modules.iter().collect::<Vec<_>>();
    let rows = measure(&modules, &schemes, args.select.seed)?;
    print(args.format, &rows)?;
    Ok(loaded.outcome())
}

/// Injects faults into the modules that the headline rests on, and into those
/// named on the command line.
pub fn measure_all(loaded: &Loaded, schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let wanted = |m: &&Module| {
        let headline = m.isa == "x86_64" && m.collector == "copying";
        match m.tier {
            Tier::Wild => headline,
            Tier::Yours => true,
            Tier::Program | Tier::Synthetic | Tier::Smith => false,
        }
    };
    measure(
        &loaded.modules.iter().filter(wanted).collect::<Vec<_>>(),
        schemes,
        seed,
    )
}

fn measure(modules: &[&Module], schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let bar = progress::bar("inject faults", modules.len());
    let rows = modules.par_iter().map(|module| {
        let rows = of_module(module, schemes, seed).with_context(|| module.id());
        bar.inc(1);
        rows
    });
    let rows: Vec<Vec<SafetyRow>> = rows.collect::<Result<_>>()?;
    bar.finish_and_clear();
    Ok(rows.into_iter().flatten().collect())
}

fn of_module(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let truth = Truth::new(module);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let plan = faults::plan(module, &truth, &mut rng);
    let mut rows = Vec::new();
    for rival in rivals::all(schemes) {
        let mut tally: BTreeMap<(Fault, Policy), Counts> = BTreeMap::new();
        let section = rival.encode(&module.table)?;
        for (fault, probes) in &plan.probes {
            let probes = probes.as_slice();
            judge(&mut tally, *fault, probes, &truth, &rival, &section);
        }
        for (fault, table, probes) in &plan.tables {
            let section = rival.encode(table)?;
            judge(&mut tally, *fault, probes, &truth, &rival, &section);
        }
        damage(&mut tally, &plan.healthy, &truth, &rival, section, seed);
        for ((fault, policy), counts) in tally {
            for (outcome, count) in counts.iter() {
                rows.push(SafetyRow {
                    scheme: rival.name.to_owned(),
                    module: module.name.clone(),
                    isa: module.isa.clone(),
                    fault: fault.to_string(),
                    policy: policy.to_string(),
                    outcome: outcome.to_string(),
                    count,
                    trials: counts.total(),
                    tier: module.tier,
                    collector: module.collector.clone(),
                });
            }
        }
    }
    Ok(rows)
}

fn judge(
    tally: &mut BTreeMap<(Fault, Policy), Counts>,
    fault: Fault,
    probes: &[Probe],
    truth: &Truth,
    rival: &Rival,
    section: &[u8],
) {
    let pcs: Vec<u32> = probes.iter().map(|p| p.asked).collect();
    let answers = rival.answer(section, &pcs, truth);
    for (probe, answer) in probes.iter().zip(&answers) {
        for policy in Policy::ALL {
            let outcome = outcome::classify(truth, probe.stands, answer, policy, fault);
            tally.entry((fault, policy)).or_default().add(outcome);
        }
    }
}

/// Flips single bits, then cuts the section short, and looks healthy PCs up.
fn damage(
    tally: &mut BTreeMap<(Fault, Policy), Counts>,
    healthy: &[Probe],
    truth: &Truth,
    rival: &Rival,
    mut section: Vec<u8>,
    seed: u64,
) {
    if section.is_empty() || healthy.is_empty() {
        return;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut some = || -> Vec<Probe> {
        let one = |_| healthy[rng.random_range(0..healthy.len())];
        (0..LOOKUPS_PER_DAMAGE).map(one).collect()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(!seed);
    for _ in 0..DAMAGES {
        let bit = rng.random_range(0..8 * section.len());
        section[bit / 8] ^= 1 << (bit % 8);
        judge(tally, Fault::BitFlip, &some(), truth, rival, &section);
        section[bit / 8] ^= 1 << (bit % 8);
    }
    for _ in 0..DAMAGES {
        let cut = &section[..rng.random_range(0..section.len())];
        judge(tally, Fault::Truncation, &some(), truth, rival, cut);
    }
}

/// Everything of a scheme, fault and policy over all modules, as one line.
#[derive(Serialize)]
struct Line {
    scheme: String,
    fault: String,
    policy: String,
    trials: u64,
    detected: u64,
    harmless: u64,
    harmful: u64,
    /// 95 % Wilson interval of the harmful share.
    harmful_lo: f64,
    harmful_hi: f64,
    /// What the harmful ones were.
    harm: String,
}

fn print(format: Format, rows: &[SafetyRow]) -> Result<()> {
    if format.csv || format.json {
        return output::print(format, rows, &[]);
    }
    let mut lines: BTreeMap<(usize, String, String, &str), Counts> = BTreeMap::new();
    let order: Vec<&str> = rows.iter().map(|r| r.scheme.as_str()).collect();
    for row in rows {
        let rank = order.iter().position(|s| *s == row.scheme).unwrap_or(0);
        let key = (
            rank,
            row.policy.clone(),
            row.fault.clone(),
            row.scheme.as_str(),
        );
        lines
            .entry(key)
            .or_default()
            .add_named(&row.outcome, row.count);
    }
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|((_, policy, fault, scheme), counts)| {
            let harmful = counts.harmful();
            let (harmful_lo, harmful_hi) = outcome::wilson(harmful, counts.total());
            Line {
                scheme: scheme.to_owned(),
                fault,
                policy,
                trials: counts.total(),
                detected: counts.detected(),
                harmless: counts.harmless(),
                harmful,
                harmful_lo,
                harmful_hi,
                harm: counts.harm(),
            }
        })
        .collect();
    output::print(
        format,
        &lines,
        &[
            ("scheme", |l| l.scheme.clone()),
            ("policy", |l| l.policy.clone()),
            ("fault", |l| l.fault.clone()),
            ("trials", |l| output::thousands(l.trials)),
            ("detected", |l| share(l.detected, l.trials)),
            ("silent, harmless", |l| share(l.harmless, l.trials)),
            ("silent, harmful", |l| {
                format!(
                    "{} [{:.1}, {:.1}]",
                    share(l.harmful, l.trials),
                    100.0 * l.harmful_lo,
                    100.0 * l.harmful_hi
                )
            }),
            ("of which", |l| l.harm.clone()),
        ],
    )
}

fn share(part: u64, whole: u64) -> String {
    output::percent((whole > 0).then(|| part as f64 / whole as f64))
}
