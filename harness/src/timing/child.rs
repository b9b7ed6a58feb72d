//! One process of a run. Nothing else runs while it does.

use super::evictor::Evictor;
use super::folder::{Inputs, TimingFolder};
use super::group::{ModulePlan, TimingGroup};
use super::randomized_block::{Workbench, entrants};
use super::registry;
use crate::machine::caches::Caches;
use crate::machine::system;
use crate::random::rng_for;
use anyhow::Result;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use stackmap_reports::results::{RowWriter, SampleRow};
use std::io::{self, Write};
use std::path::Path;

/// The subcommand that a child process runs.
pub const CHILD_COMMAND: &str = "__time";

/// Block numbers of one group, so that those of a later group differ.
const BLOCKS_PER_GROUP: usize = 1000;

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
    for module in order {
        let path = folder.rows(group.number, process, &module.folder);
        if path.exists() {
            continue;
        }
        let mut rng = rng_for(group.seed, &format!("{name}/{}", module.folder));
        let inputs = folder.inputs(&module.folder);
        let rows = time_module(&group, module, process, &inputs, &mut bench, &mut rng)?;
        // A parent that was killed no longer listens, and a resumed run may
        // have taken over: leave without a trace.
        if writeln!(io::stdout(), "{}", module.folder).is_err() {
            break;
        }
        let mut writer = RowWriter::create(&path)?;
        rows.iter().try_for_each(|row| writer.push(row))?;
        writer.finish()?;
    }
    Ok(())
}

/// All blocks of one module's scenarios, these in random order.
fn time_module(
    group: &TimingGroup,
    module: &ModulePlan,
    process: usize,
    inputs: &Inputs,
    bench: &mut Workbench,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<SampleRow>> {
    let schemes = registry::all_named(&module.schemes)?;
    let names: Vec<&str> = schemes.iter().map(|s| s.name).collect();
    let sections = inputs.sections(&names)?;
    let mut rows = Vec::new();
    let mut plans = module.scenarios.clone();
    plans.shuffle(rng);
    for plan in &plans {
        let scenario = plan.scenario;
        let pool = inputs.pool(scenario.queries, &names)?;
        let entrants = entrants(&schemes, &sections, &pool.expected);
        for block in 0..plan.blocks {
            let turns = bench.time_block(plan, &pool.pcs, &entrants, rng)?;
            let turns = turns.iter().enumerate();
            rows.extend(turns.map(|(position, turn)| SampleRow {
                run: group.run.clone(),
                process: process as u32,
                block: (group.number * BLOCKS_PER_GROUP + block) as u32,
                position: position as u32,
                scheme: names[turn.scheme].into(),
                module: module.key.module.clone(),
                isa: module.key.isa,
                collector: module.key.collector,
                tier: module.tier,
                queries: scenario.queries,
                cache: scenario.cache,
                timed: scenario.timed,
                lookups: plan.lookups as u64,
                ns: turn.ns,
                chain: plan.chain,
                copies: plan.copies as u64,
                faults: None,
            }));
        }
    }
    Ok(rows)
}
