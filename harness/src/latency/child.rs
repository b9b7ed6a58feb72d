//! `__time`: one process of a run. Nothing else runs while it does.

use super::block::{Bench, Rival};
use super::machine::{self, Caches, Evictor};
use super::work::{Group, Inputs, ModulePlan, SampleRow, Work};
use super::{controls, seed_of};
use crate::scheme::{self, Scheme};
use crate::{Outcome, results};
use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::io::{self, Write};
use std::path::PathBuf;

/// Block numbers of one plan, so that those of a later plan differ.
const BLOCKS_PER_GROUP: usize = 1000;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    work: PathBuf,
    #[arg(long)]
    group: usize,
    #[arg(long)]
    process: usize,
}

pub fn run(args: &Args) -> Result<Outcome> {
    machine::pin();
    let work = Work(args.work.clone());
    let group = work.read_group(args.group)?;
    let mut bench = Bench::new(Evictor::new(Caches::read()));
    let mut order: Vec<&ModulePlan> = group.modules.iter().collect();
    let name = format!("{}/{}", args.group, args.process);
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed_of(group.seed, &name)));
    for module in order {
        let path = work.rows(args.group, args.process, &module.key);
        if path.exists() {
            continue;
        }
        let seed = seed_of(group.seed, &format!("{name}/{}", module.key));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let schemes = named(&module.schemes)?;
        let inputs = Inputs::read(&work.inputs(&module.key), &names(&schemes))?;
        let rows = time(
            &group,
            module,
            args.process,
            &schemes,
            &inputs,
            &mut bench,
            &mut rng,
        )?;
        // A parent that was killed no longer listens, and a resumed run may
        // have taken over: leave without a trace.
        if writeln!(io::stdout(), "{}", module.key).is_err() {
            break;
        }
        let (dir, file) = (path.parent(), path.file_name());
        let dir = dir.context("rows have a folder")?;
        let file = file.context("rows have a name")?.to_string_lossy();
        results::write_csv(dir, &file, &rows)?;
    }
    Ok(Outcome::Complete)
}

/// Schemes and controls by name, in the order asked for.
pub fn named<S: AsRef<str>>(names: &[S]) -> Result<Vec<Scheme>> {
    let mut known = scheme::all();
    known.extend(controls::all());
    let find = |name: &str| {
        let found = known.iter().find(|s| s.name() == name).copied();
        found.with_context(|| format!("scheme {name}: unknown to this binary; start a new run"))
    };
    names.iter().map(|name| find(name.as_ref())).collect()
}

pub fn names(schemes: &[Scheme]) -> Vec<&'static str> {
    schemes.iter().map(Scheme::name).collect()
}

/// All blocks of one module's cells, the cells in random order.
fn time(
    group: &Group,
    module: &ModulePlan,
    process: usize,
    schemes: &[Scheme],
    inputs: &Inputs,
    bench: &mut Bench,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<SampleRow>> {
    let mut rows = Vec::new();
    let mut cells = module.cells.clone();
    cells.shuffle(rng);
    for cell in &cells {
        let scenario = cell.scenario;
        let pool = inputs.pool(scenario.queries, &names(schemes))?;
        let rivals: Vec<Rival> = rivals(schemes, inputs, &pool.expected);
        for block in 0..cell.blocks {
            let visits = bench.block(cell, &pool.pcs, &rivals, rng)?;
            rows.extend(
                visits
                    .iter()
                    .enumerate()
                    .map(|(position, visit)| SampleRow {
                        run: group.run.clone(),
                        process,
                        block: group.number * BLOCKS_PER_GROUP + block,
                        position,
                        scheme: schemes[visit.scheme].name().into(),
                        module: module.module.clone(),
                        isa: module.isa.clone(),
                        collector: module.collector.clone(),
                        tier: module.tier,
                        queries: scenario.queries,
                        cache: scenario.cache,
                        timed: scenario.timed,
                        lookups: cell.lookups,
                        ns: visit.ns,
                        chain: scenario.chain,
                        copies: cell.copies,
                    }),
            );
        }
    }
    Ok(rows)
}

pub fn rivals<'a>(
    schemes: &[Scheme],
    inputs: &'a Inputs,
    expected: &'a [Vec<super::kernel::Expected>],
) -> Vec<Rival<'a>> {
    let parts = schemes.iter().zip(&inputs.sections).zip(expected);
    let rival = |((scheme, section), expected): ((&Scheme, &'a Vec<u8>), &'a Vec<_>)| Rival {
        name: scheme.name(),
        timer: scheme.time,
        section,
        expected,
    };
    parts.map(rival).collect()
}
