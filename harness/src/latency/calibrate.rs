//! How many lookups make a batch, and how many blocks fit the time allowed.

use super::arena::COPIES;
use super::block::Bench;
use super::child::{names, rivals};
use super::controls::SLOW_ONE_IN;
use super::queries::POOL;
use super::scenario::{Cache, Queries, Scenario};
use super::work::{Cell, Inputs};
use crate::scheme::Scheme;
use anyhow::Result;
use rand::Rng;
use std::time::{Duration, Instant};

/// What a hot batch of the baseline should take: long against the clock's
/// resolution, short against the time between two interrupts.
const HOT_BATCH: Duration = Duration::from_micros(150);
/// Lookups per batch where every lookup reads another copy.
const COLD_LOOKUPS: usize = 240;
/// Fewest lookups per batch; the code is cold too at its start.
const FEWEST_LOOKUPS: usize = 60;
/// Lookups that share a copy where copies are few, as the frames of one walk do.
const SHARING: usize = 4;

/// How many blocks of a headline cell there are to one of another.
const HEADLINE_WEIGHT: usize = 4;
/// Most blocks per process and cell of weight 1.
const MOST_BLOCKS: usize = 4;

/// A cell and what one block of it costs.
pub struct Calibrated {
    pub cell: Cell,
    pub block: Duration,
    pub weight: usize,
}

/// Sizes the batches of one cell and runs a block of it.
pub fn calibrate(
    scenario: Scenario,
    headline: Queries,
    schemes: &[Scheme],
    inputs: &Inputs,
    bench: &mut Bench,
    rng: &mut impl Rng,
) -> Result<Calibrated> {
    let names = names(schemes);
    let pool = inputs.pool(scenario.queries, &names)?;
    let rivals = rivals(schemes, inputs, &pool.expected);
    let bytes: usize = inputs.sections.iter().map(Vec::len).sum();
    let mut cell = sized(scenario, bytes);
    if scenario.cache == Cache::Hot {
        let visits = bench.block(&cell, &pool.pcs, &rivals[..1], rng)?;
        let ns = visits.iter().map(|v| v.ns).min().unwrap_or(1).max(1) as usize;
        let lookups = HOT_BATCH.as_nanos() as usize * cell.lookups / ns;
        cell.lookups = round(lookups.clamp(FEWEST_LOOKUPS, POOL));
    }
    let start = Instant::now();
    bench.block(&cell, &pool.pcs, &rivals, rng)?;
    let weight = if scenario.is_headline(headline) {
        HEADLINE_WEIGHT
    } else {
        1
    };
    Ok(Calibrated {
        cell,
        block: start.elapsed(),
        weight,
    })
}

/// As many copies as memory allows, and lookups to match.
fn sized(scenario: Scenario, bytes: usize) -> Cell {
    let (lookups, copies) = match (scenario.cache, COPIES / bytes.max(1)) {
        (Cache::Hot, _) => (COLD_LOOKUPS, 1),
        (_, affordable) if affordable > COLD_LOOKUPS => (COLD_LOOKUPS, COLD_LOOKUPS),
        (_, affordable) => {
            let copies = affordable.max(1);
            let lookups = (SHARING * copies).clamp(FEWEST_LOOKUPS, COLD_LOOKUPS);
            (round(lookups), copies)
        }
    };
    Cell {
        scenario,
        lookups,
        copies,
        blocks: 1,
    }
}

fn round(lookups: usize) -> usize {
    lookups / SLOW_ONE_IN * SLOW_ONE_IN
}

/// Spreads `budget`, or all that is useful, over the cells; returns the time
/// that `processes` will take.
pub fn allot(cells: &mut [Calibrated], processes: usize, budget: Option<Duration>) -> Duration {
    let once: f64 = cells
        .iter()
        .map(|c| c.block.as_secs_f64() * c.weight as f64)
        .sum();
    let affordable = match budget {
        Some(budget) if once > 0.0 => budget.as_secs_f64() / (once * processes as f64),
        _ => MOST_BLOCKS as f64,
    };
    let factor = affordable.min(MOST_BLOCKS as f64);
    let mut total = Duration::ZERO;
    for c in cells {
        c.cell.blocks = ((c.weight as f64 * factor) as usize).max(1);
        total += c.block * c.cell.blocks as u32 * processes as u32;
    }
    total
}
