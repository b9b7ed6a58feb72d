//! What each scheme answers when something upstream of it is wrong.
//!
//! ```text
//! probes ──(true PC, faulty PC)──▶ variants' sections ──answers──▶ effects ──counts──▶ safety.csv
//! ```
//!
//! A fault is injected into the PC, into the table that the writer is given,
//! or into the section's bytes. The truth is always that of the safepoint at
//! which the frame really stands.

mod effect;
mod probes;
mod trial;
mod truth;
mod variants;

pub use effect::Counts;

use crate::modules;
use crate::output::progress;
use crate::scheme::Scheme;
use anyhow::{Context, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stackmap_corpus::Module;
use stackmap_reports::results::SafetyRow;
use trial::Trial;
use truth::Truth;

/// Injects faults into the modules that are measured in detail.
pub fn measure_all(modules: &[Module], schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let chosen: Vec<&Module> = modules.iter().filter(|m| modules::in_detail(m)).collect();
    measure(&chosen, schemes, seed)
}

/// Injects faults into each of the modules.
pub fn measure(modules: &[&Module], schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let rows = progress::each("inject faults", modules, |module| {
        of_module(module, schemes, seed).with_context(|| module.key())
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn of_module(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<SafetyRow>> {
    let truth = Truth::new(module);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let probes = probes::draw(module, &truth, &mut rng);
    let mut rows = Vec::new();
    for variant in variants::all(schemes) {
        let mut trial = Trial::new(&truth, &variant);
        let section = variant.encode(&module.table)?;
        for (fault, probes) in &probes.sound {
            trial.ask(*fault, probes, &section);
        }
        for (fault, table, probes) in &probes.lacking {
            trial.ask(*fault, probes, &variant.encode(table)?);
        }
        trial.damage(&probes.healthy, section, seed);
        for ((fault, policy), counts) in trial.counts {
            rows.extend(counts.iter().map(|(effect, count)| SafetyRow {
                scheme: variant.name.to_owned(),
                module: module.name.clone(),
                isa: module.isa,
                fault,
                policy,
                outcome: effect,
                count,
                trials: counts.total(),
                tier: module.tier,
                collector: module.collector,
            }));
        }
    }
    Ok(rows)
}
