//! One scheme in one program.

use super::mutator::{Mutator, Roots};
use super::workload::{EXAMPLE, EXAMPLE_FILE, SoakProgram, SoakRow, Workload};
use crate::scheme;
use anyhow::Result;
use stackmap_corpus::jit::{self, Jit, World};
use stackmap_corpus::synthetic;
use stackmap_encoders::Encoder;
use stackmap_encoders::ranges::Ranges;
use stackmap_reports::results::RANGES_NAIVE;

/// Runs a program with and without collections, and compares what it came to.
pub fn run_child(name: &str, program: SoakProgram, workload: Workload) -> Result<SoakRow> {
    let functions = match program {
        SoakProgram::Synthetic => synthetic::functions(&synthetic::Options {
            seed: workload.seed,
            functions: workload.functions,
            target: std::env::consts::ARCH.to_owned(),
        })?,
        SoakProgram::StaleSlot => jit::parse_functions(EXAMPLE_FILE, EXAMPLE)?,
    };
    let jit = Jit::new(functions)?;
    let naive = name == RANGES_NAIVE;
    let scheme = scheme::named(if naive { Ranges::NAME } else { name })?;
    let section = match naive {
        true => scheme.encode_without_empties(jit.table())?,
        false => (scheme.encode)(jit.table())?.bytes,
    };
    let roots = Roots {
        look_up_all: scheme.look_up_all,
        section: &section,
        every: workload.every,
    };
    let without = play(&jit, workload, None);
    let with = play(&jit, workload, Some(roots));
    let differs = (with.trace != without.trace)
        .then(|| "the program came to something else than without collections".to_owned());
    Ok(SoakRow {
        scheme: name.to_owned(),
        program,
        functions: jit.len(),
        safepoints: with.counts.safepoints,
        collections: with.counts.collections,
        frames: with.counts.frames,
        stack_roots: with.counts.stack_roots,
        deepest: with.counts.deepest,
        failure: with.failure.or(differs),
    })
}

/// Enters one function after another.
fn play<'s>(jit: &Jit, workload: Workload, roots: Option<Roots<'s>>) -> Mutator<'s> {
    let limit = workload.collections.saturating_mul(workload.every);
    let mut world = World::default();
    let mut mutator = Mutator::new(workload.seed, jit.len(), limit, roots);
    while mutator.goes_on() {
        let function = mutator.next(&mut world);
        jit.run(function, &mut world, &mut mutator);
    }
    mutator
}
