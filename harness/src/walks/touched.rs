//! `touched.csv`: what each scheme touches of its section while one stack is walked.

use super::summary::place;
use super::{Execution, Walks};
use crate::output::progress;
use crate::scheme::Scheme;
use crate::{costs, modules};
use anyhow::{Context, Result};
use stackmap_corpus::Module;
use stackmap_encoders::Oracle;
use stackmap_reports::results::{Depth, TouchedRow};

/// Counts on two stacks of each execution: one of median depth and the deepest. Only
/// of the modules that are measured in detail, as steps are slow.
pub fn measure_all(
    modules: &[Module],
    recorded: &[Option<Walks>],
    schemes: &[Scheme],
    seed: u64,
) -> Result<Vec<TouchedRow>> {
    // Why not was said when lookups were counted.
    if costs::possible().is_err() {
        return Ok(Vec::new());
    }
    let pairs = modules.iter().zip(recorded);
    let walked = pairs.filter_map(|(module, walks)| Some((module, walks.as_ref()?)));
    let walked: Vec<_> = walked
        .filter(|(module, _)| modules::in_detail(module))
        .collect();
    let rows = progress::each("walk stacks", &walked, |(module, walks)| {
        measure(module, walks, schemes, seed).with_context(|| module.key())
    })?;
    Ok(rows.into_iter().flatten().collect())
}

fn measure(
    module: &Module,
    walks: &Walks,
    schemes: &[Scheme],
    seed: u64,
) -> Result<Vec<TouchedRow>> {
    let oracle = Oracle::new(&module.table);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = scheme.encode_verified(module, &oracle, seed)?;
        for execution in &walks.executions {
            for (depth, stack) in chosen(walks, execution) {
                let counted = costs::count(scheme, &section.bytes, &oracle, stack)?;
                rows.push(TouchedRow {
                    scheme: scheme.name.into(),
                    module: module.name.clone(),
                    isa: module.isa,
                    tier: module.tier,
                    collector: module.collector,
                    execution: execution.name.clone(),
                    depth,
                    frames: stack.len() as u64,
                    instructions: counted.instructions,
                    bytes_read: counted.bytes_read,
                    lines: counted.all_lines,
                    pages: counted.all_pages,
                });
            }
        }
    }
    Ok(rows)
}

/// A stack of each depth; of equally deep ones always the same.
fn chosen<'w>(walks: &'w Walks, execution: &Execution) -> Vec<(Depth, &'w [u32])> {
    let stacks = &walks.stacks[execution.stacks.clone()];
    let mut ascending: Vec<&[u32]> = stacks.iter().map(Vec::as_slice).collect();
    ascending.sort_by_key(|stack| stack.len());
    let middle = place(ascending.len(), 0.5);
    let deepest = ascending.partition_point(|s| s.len() < ascending.last().map_or(0, |d| d.len()));
    let picked = [(Depth::Median, middle), (Depth::Deepest, deepest)];
    let stacks = picked.map(|(depth, at)| Some((depth, *ascending.get(at)?)));
    let stacks = stacks.into_iter().flatten();
    stacks.filter(|(_, stack)| !stack.is_empty()).collect()
}
