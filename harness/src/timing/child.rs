//! One process of a run. Nothing else runs while it does.

use super::evictor::Evictor;
use super::folder::{Inputs, TimingFolder, VerifiedPool};
use super::group::{ModulePlan, ScenarioPlan, TimingGroup};
use super::randomized_block::{Turn, Workbench, entrants};
use super::registry;
use super::timed_scheme::TimedScheme;
use crate::machine::caches::Caches;
use crate::machine::system;
use crate::random::rng_for;
use anyhow::{Context, Result};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use stackmap_reports::results::{Queries, RowWriter, SampleRow};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The subcommand that a child process runs.
pub const CHILD_COMMAND: &str = "__time";

/// Block numbers of one group, so that those of a later group differ.
const BLOCKS_PER_GROUP: usize = 1000;
/// Most blocks per process and scenario of weight 1.
const MOST_BLOCKS: usize = 8;

/// Times what the process has not finished of a group, one module after
/// another, and names each on stdout.
pub fn run_child(folder: &Path, group: usize, process: usize) -> Result<()> {
    system::pin();
    let folder = TimingFolder(folder.to_owned());
    let group = folder.read_group(group)?;
    let mut bench = Workbench::new(Evictor::new(Caches::read()));
    let mut order: Vec<&ModulePlan> = group.modules.iter().collect();
    let name = format!("{}/{process}", group.number);
    order.shuffle(&mut rng_for(group.seed, &name));
    let time = Duration::from_secs(group.seconds) / group.modules.len().max(1) as u32;
    for module in order {
        let path = folder.rows(group.number, process, &module.folder);
        if path.exists() {
            continue;
        }
        let mut rng = rng_for(group.seed, &format!("{name}/{}", module.folder));
        let inputs = ModuleInputs::read(module, &folder.inputs(&module.folder))?;
        let blocks = time_module(module, &inputs, time, &mut bench, &mut rng)?;
        // A parent that was killed no longer listens, and a resumed run may
        // have taken over: leave without a trace.
        if writeln!(io::stdout(), "{}", module.folder).is_err() {
            break;
        }
        let mut writer = RowWriter::create(&path)?;
        for (number, (plan, turns)) in blocks.iter().enumerate() {
            let place = Place {
                process: process as u32,
                block: (group.number * BLOCKS_PER_GROUP + number) as u32,
            };
            let mut rows = rows(&group, module, place, plan, turns, &inputs.schemes);
            rows.try_for_each(|row| writer.push(&row))?;
        }
        writer.finish()?;
    }
    Ok(())
}

/// A block's plan, and its turns.
type TimedBlock<'p> = (&'p ScenarioPlan, Vec<Turn>);

/// All that a process reads of one module.
struct ModuleInputs {
    schemes: Vec<TimedScheme>,
    sections: Vec<Vec<u8>>,
    pools: BTreeMap<Queries, VerifiedPool>,
    folder: Inputs,
}

impl ModuleInputs {
    fn read(module: &ModulePlan, folder: &Inputs) -> Result<ModuleInputs> {
        let schemes = registry::all_named(&module.schemes)?;
        let names: Vec<&str> = schemes.iter().map(|s| s.name).collect();
        let mut pools = BTreeMap::new();
        for plan in &module.scenarios {
            let queries = plan.scenario.queries;
            if let Entry::Vacant(pool) = pools.entry(queries) {
                pool.insert(folder.verified_pool(queries, &names)?);
            }
        }
        Ok(ModuleInputs {
            sections: folder.sections(&names)?,
            schemes,
            pools,
            folder: folder.clone(),
        })
    }
}

/// A block of every scenario in random order; then more of them, by weight,
/// while there is time.
fn time_module<'m>(
    module: &'m ModulePlan,
    inputs: &ModuleInputs,
    time: Duration,
    bench: &mut Workbench,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<TimedBlock<'m>>> {
    let start = Instant::now();
    let mut once: Vec<&ScenarioPlan> = module.scenarios.iter().collect();
    once.shuffle(rng);
    let further = |plan: &'m ScenarioPlan| std::iter::repeat_n(plan, MOST_BLOCKS * plan.weight - 1);
    let mut more: Vec<&ScenarioPlan> = module.scenarios.iter().flat_map(further).collect();
    more.shuffle(rng);
    let needed = once.len();
    let mut blocks = Vec::new();
    for plan in once.into_iter().chain(more) {
        if blocks.len() >= needed && start.elapsed() >= time {
            break;
        }
        let queries = plan.scenario.queries;
        let pool = inputs
            .pools
            .get(&queries)
            .context("its queries were read")?;
        let file_of = |scheme: &str| inputs.folder.section_path(scheme);
        let entrants = entrants(&inputs.schemes, &inputs.sections, file_of, &pool.expected);
        blocks.push((plan, bench.time_block(plan, &pool.queries, &entrants, rng)?));
    }
    Ok(blocks)
}

/// Where in a run a block is.
#[derive(Clone, Copy)]
struct Place {
    process: u32,
    block: u32,
}

/// The rows of one block.
fn rows<'a>(
    group: &'a TimingGroup,
    module: &'a ModulePlan,
    place: Place,
    plan: &'a ScenarioPlan,
    turns: &'a [Turn],
    schemes: &'a [TimedScheme],
) -> impl Iterator<Item = SampleRow> + 'a {
    turns
        .iter()
        .enumerate()
        .map(move |(position, turn)| SampleRow {
            run: group.run.clone(),
            process: place.process,
            block: place.block,
            position: position as u32,
            scheme: schemes[turn.scheme].name.into(),
            module: module.key.module.clone(),
            isa: module.key.isa,
            collector: module.key.collector,
            tier: module.tier,
            queries: plan.scenario.queries,
            cache: plan.scenario.cache,
            timed: plan.scenario.timed,
            lookups: plan.lookups as u64,
            ns: turn.ns,
            chain: plan.chain,
            copies: plan.copies() as u64,
            faults: turn.faults,
        })
}
