//! `costs`: what a lookup does, counted and not timed, so that it is the same
//! on every run of the same binary.
//!
//! A child process answers some lookups, one instruction at a time. At each
//! the parent decodes what is read and from where, and so knows instructions,
//! bytes of the section that were read, and different 64-byte lines of the
//! section and of the scratch, from entering the timed function to leaving it.

mod child;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod step;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[path = "no_step.rs"]
mod step;

pub use child::{Args as ChildArgs, run as run_child};

use crate::args::{Format, Select};
use crate::latency::{Counted, Queries, counted_queries};
use crate::load::{self, Loaded};
use crate::output;
use crate::scheme::{self, Scheme};
use crate::size::encode_verified;
use crate::verify::WrongResult;
use crate::{Outcome, progress};
use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::Serialize;
use stackmap_corpus::{Module, Tier};
use stackmap_encoders::Oracle;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    format: Format,
}

/// Lookups that are stepped through, of each kind.
const LOOKUPS: usize = 32;

/// One row of `costs.csv`: means over the lookups of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct CostRow {
    pub scheme: String,
    pub module: String,
    pub isa: String,
    pub tier: Tier,
    pub collector: String,
    /// `uniform` over safepoints with live references, or `miss`.
    pub queries: String,
    pub lookups: usize,
    pub instructions: f64,
    /// Sizes of all reads from the section, added up.
    pub bytes_read: f64,
    /// Different 64-byte lines of the section that are read; it is aligned.
    pub lines: f64,
    /// Different 64-byte lines of the caller's scratch, read or written.
    pub scratch_lines: f64,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    let rows = measure_all(&loaded, &schemes, args.select.seed)?;
    print(args.format, &rows)?;
    Ok(loaded.outcome())
}

/// Steps through lookups of every scheme on every module that the headline
/// may rest on. Nothing, with the reason on stderr, where the system does not
/// let one process step through another.
pub fn measure_all(loaded: &Loaded, schemes: &[Scheme], seed: u64) -> Result<Vec<CostRow>> {
    if let Err(reason) = step::possible() {
        eprintln!("note: deterministic costs were not measured: {reason}");
        return Ok(Vec::new());
    }
    let modules = loaded.modules.iter().filter(|m| is_counted(m));
    let modules: Vec<&Module> = modules.collect();
    let bar = progress::bar("count instructions", modules.len());
    let rows = modules.par_iter().map(|module| {
        let rows = measure(module, schemes, seed).with_context(|| module.id());
        bar.inc(1);
        rows
    });
    let rows: Vec<Vec<CostRow>> = rows.collect::<Result<_>>()?;
    bar.finish_and_clear();
    Ok(rows.into_iter().flatten().collect())
}

fn is_counted(module: &Module) -> bool {
    let headline = module.isa == "x86_64" && module.collector == "copying";
    matches!(module.tier, Tier::Yours) || (module.tier == Tier::Wild && headline)
}

fn measure(module: &Module, schemes: &[Scheme], seed: u64) -> Result<Vec<CostRow>> {
    let oracle = Oracle::new(&module.table);
    let mut rows = Vec::new();
    for scheme in schemes {
        let (section, _) = encode_verified(module, scheme, &oracle, seed)?;
        for kind in [Queries::Uniform, Queries::Miss] {
            let Some(pcs) = counted_queries(kind, module, &oracle, seed, LOOKUPS) else {
                continue;
            };
            let expected = scheme.time.checksum(&oracle, &section.bytes, &pcs)?;
            let counted = step::count(scheme.name(), &section.bytes, &pcs)?;
            if counted.checksum != expected {
                let name = scheme.name();
                let text = format!("{}: {name} answered wrongly while counted", module.id());
                return Err(WrongResult(text).into());
            }
            rows.push(row(module, scheme, kind, &pcs, &counted));
        }
    }
    Ok(rows)
}

fn row(module: &Module, scheme: &Scheme, kind: Queries, pcs: &[u32], counted: &Counted) -> CostRow {
    let mean = |total: u64| total as f64 / pcs.len() as f64;
    CostRow {
        scheme: scheme.name().into(),
        module: module.name.clone(),
        isa: module.isa.clone(),
        tier: module.tier,
        collector: module.collector.clone(),
        queries: kind.to_string(),
        lookups: pcs.len(),
        instructions: mean(counted.instructions),
        bytes_read: mean(counted.bytes_read),
        lines: mean(counted.lines),
        scratch_lines: mean(counted.scratch_lines),
    }
}

fn print(format: Format, rows: &[CostRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| format!("{}/{}", r.module, r.isa)),
            ("queries", |r| r.queries.clone()),
            ("scheme", |r| r.scheme.clone()),
            ("instructions", |r| format!("{:.1}", r.instructions)),
            ("bytes read", |r| format!("{:.1}", r.bytes_read)),
            ("lines", |r| format!("{:.2}", r.lines)),
            ("scratch lines", |r| format!("{:.2}", r.scratch_lines)),
        ],
    )
}
