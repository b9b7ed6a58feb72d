//! How many lookups make a batch, and how many blocks fit the time allowed.

use super::arena::COPIES;
use super::controls::SLOW_ONE_IN;
use super::evictor::Evictor;
use super::folder::{Inputs, TimingFolder};
use super::group::{ModulePlan, ScenarioPlan, TimingGroup};
use super::plan::{TimingPlan, budget};
use super::prepare::PreparedModule;
use super::queries::POOL;
use super::randomized_block::{Workbench, entrants};
use super::scenario::{ChainedScenario, scenarios};
use super::timed_scheme::TimedScheme;
use super::{registry, resume};
use crate::machine::caches::Caches;
use crate::output::note;
use crate::output::progress;
use crate::random::rng_for;
use anyhow::Result;
use rand_chacha::ChaCha8Rng;
use stackmap_reports::results::Cache;
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

/// How many blocks of a headline scenario there are to one of another.
const HEADLINE_WEIGHT: usize = 4;
/// Most blocks per process and scenario of weight 1.
const MOST_BLOCKS: usize = 4;

/// A scenario's plan, and what one block of it costs.
struct Calibrated {
    plan: ScenarioPlan,
    block: Duration,
    weight: usize,
}

/// Plans what no standing group covers, which is everything in a new run.
pub fn new_group(
    ready: &[PreparedModule],
    schemes: &[TimedScheme],
    plan: &TimingPlan,
    folder: &TimingFolder,
    standing: &[TimingGroup],
) -> Result<Option<TimingGroup>> {
    let mut bench = Workbench::new(Evictor::new(Caches::read()));
    let mut rng = rng_for(plan.seed, "calibrate");
    let (mut modules, mut calibrated) = (Vec::new(), Vec::new());
    let bar = progress::bar("calibrate", ready.len());
    for prepared in ready {
        bar.inc(1);
        let missing = resume::missing(standing, &prepared.folder, &prepared.schemes);
        if missing.is_empty() {
            continue;
        }
        let inputs = folder.inputs(&prepared.folder);
        let scenarios = calibrate(prepared, &missing, &inputs, plan, &mut bench, &mut rng)?;
        calibrated.extend(scenarios.into_iter().map(|c| (modules.len(), c)));
        modules.push(ModulePlan {
            folder: prepared.folder.clone(),
            key: prepared.module.key(),
            tier: prepared.module.tier,
            schemes: missing.into_iter().map(str::to_owned).collect(),
            scenarios: Vec::new(),
        });
    }
    bar.finish_and_clear();
    if modules.is_empty() {
        return Ok(None);
    }
    let takes = allot(&mut calibrated, plan.processes, budget(plan.effort)).as_secs();
    note!(
        "timing: {} processes, about {} min {} s",
        plan.processes,
        takes / 60,
        takes % 60
    );
    for (module, calibrated) in calibrated {
        modules[module].scenarios.push(calibrated.plan);
    }
    Ok(Some(TimingGroup {
        run: plan.run.clone(),
        seed: plan.seed,
        number: standing.len(),
        schemes: resume::keys(schemes),
        modules,
    }))
}

/// Sizes the batches of each scenario of one module, and runs a block of it.
fn calibrate(
    prepared: &PreparedModule,
    schemes: &[&str],
    inputs: &Inputs,
    plan: &TimingPlan,
    bench: &mut Workbench,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<Calibrated>> {
    let sections = inputs.sections(schemes)?;
    let bytes = sections.iter().map(Vec::len).sum();
    let timed = registry::all_named(schemes)?;
    let mut all = Vec::new();
    for chained in scenarios(plan.effort, prepared.headline) {
        let queries = chained.scenario.queries;
        if !prepared.queries.contains(&queries) {
            continue;
        }
        let pool = inputs.pool(queries, schemes)?;
        let entrants = entrants(&timed, &sections, &pool.expected);
        let mut plan = sized(chained, bytes);
        if plan.scenario.cache == Cache::Hot {
            let turns = bench.time_block(&plan, &pool.pcs, &entrants[..1], rng)?;
            let ns = turns.iter().map(|t| t.ns).min().unwrap_or(1).max(1) as usize;
            let lookups = HOT_BATCH.as_nanos() as usize * plan.lookups / ns;
            plan.lookups = round(lookups.clamp(FEWEST_LOOKUPS, POOL));
        }
        let start = Instant::now();
        bench.time_block(&plan, &pool.pcs, &entrants, rng)?;
        all.push(Calibrated {
            plan,
            block: start.elapsed(),
            weight: match chained.is_headline(prepared.headline) {
                true => HEADLINE_WEIGHT,
                false => 1,
            },
        });
    }
    Ok(all)
}

/// As many copies as memory allows, and lookups to match.
fn sized(chained: ChainedScenario, bytes: usize) -> ScenarioPlan {
    let (lookups, copies) = match (chained.scenario.cache, COPIES / bytes.max(1)) {
        (Cache::Hot, _) => (COLD_LOOKUPS, 1),
        (_, affordable) if affordable > COLD_LOOKUPS => (COLD_LOOKUPS, COLD_LOOKUPS),
        (_, affordable) => {
            let copies = affordable.max(1);
            let lookups = (SHARING * copies).clamp(FEWEST_LOOKUPS, COLD_LOOKUPS);
            (round(lookups), copies)
        }
    };
    ScenarioPlan {
        scenario: chained.scenario,
        chain: chained.chain,
        lookups,
        copies,
        blocks: 1,
    }
}

fn round(lookups: usize) -> usize {
    lookups / SLOW_ONE_IN * SLOW_ONE_IN
}

/// Spreads `budget`, or all that is useful, over the scenarios; returns the
/// time that `processes` will take.
fn allot(
    calibrated: &mut [(usize, Calibrated)],
    processes: usize,
    budget: Option<Duration>,
) -> Duration {
    let weighted = |(_, c): &(usize, Calibrated)| c.block.as_secs_f64() * c.weight as f64;
    let once: f64 = calibrated.iter().map(weighted).sum();
    let affordable = match budget {
        Some(budget) if once > 0.0 => budget.as_secs_f64() / (once * processes as f64),
        _ => MOST_BLOCKS as f64,
    };
    let factor = affordable.min(MOST_BLOCKS as f64);
    let mut total = Duration::ZERO;
    for (_, c) in calibrated {
        c.plan.blocks = ((c.weight as f64 * factor) as usize).max(1);
        total += c.block * c.plan.blocks as u32 * processes as u32;
    }
    total
}
