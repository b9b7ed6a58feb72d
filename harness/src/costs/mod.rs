//! What a lookup does, counted and not timed, so that it is the same
//! on every run of the same binary.
//!
//! A child process answers some lookups, one instruction at a time. At each
//! the parent decodes what is read and from where, and so knows instructions,
//! bytes of the section that were read, and different 64-byte lines of the
//! section and of the scratch, from entering the timed function to leaving it.

mod addresses;
mod child;
mod counted;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod step;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[path = "no_step.rs"]
mod step;

pub use child::{CHILD_COMMAND, run_child};

use crate::modules;
use crate::outcome::WrongResult;
use crate::output::note;
use crate::output::progress;
use crate::scheme::Scheme;
use crate::timing;
use anyhow::{Context, Result};
pub use counted::Counted;
use counted::counted_queries;
use stackmap_corpus::Module;
use stackmap_encoders::Oracle;
use stackmap_reports::results::{CostRow, Queries};
pub use step::possible;

/// Lookups that are stepped through, of each kind.
const LOOKUPS: usize = 32;

/// Steps through lookups of every scheme on the modules that are measured in
/// detail. Nothing, with the reason on stderr, where the system does not
/// let one process step through another.
pub fn measure_all(modules: &[Module], schemes: &[Scheme], seed: u64) -> Result<Vec<CostRow>> {
    if let Err(reason) = step::possible() {
        note!("note: deterministic costs were not measured: {reason}");
        return Ok(Vec::new());
    }
    let counted: Vec<&Module> = modules.iter().filter(|m| modules::in_detail(m)).collect();
    let rows = progress::each("count instructions", &counted, |module| {
        measure(module, schemes, seed).with_context(|| module.key())
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Counts some lookups, whose answers must be right.
pub fn count(scheme: &Scheme, section: &[u8], oracle: &Oracle, pcs: &[u32]) -> Result<Counted> {
    let expected = timing::named(scheme.name)?.checksum(oracle, section, pcs)?;
    let counted = step::count(scheme.name, section, pcs)?;
    if counted.checksum != expected {
        let text = format!("{} answered wrongly while counted", scheme.name);
        return Err(WrongResult(text).into());
    }
    Ok(counted)
}

fn measure(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<CostRow>> {
    let oracle = Oracle::new(&module.table);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = scheme.encode_verified(module, &oracle, seed)?;
        for kind in [Queries::Uniform, Queries::Miss] {
            let Some(pcs) = counted_queries(kind, module, &oracle, seed, LOOKUPS) else {
                continue;
            };
            let counted = count(scheme, &section.bytes, &oracle, &pcs)?;
            rows.push(row(module, scheme, kind, &pcs, &counted));
        }
    }
    Ok(rows)
}

fn row(module: &Module, scheme: &Scheme, kind: Queries, pcs: &[u32], counted: &Counted) -> CostRow {
    let mean = |total: u64| total as f64 / pcs.len() as f64;
    CostRow {
        scheme: scheme.name.into(),
        module: module.name.clone(),
        isa: module.isa,
        tier: module.tier,
        collector: module.collector,
        queries: kind,
        lookups: pcs.len() as u64,
        instructions: mean(counted.instructions),
        bytes_read: mean(counted.bytes_read),
        lines: mean(counted.lines),
        scratch_lines: mean(counted.scratch_lines),
    }
}
