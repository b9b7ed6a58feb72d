//! `verify`: every scheme against the oracle on every module.

use crate::args::Select;
use crate::output::thousands;
use crate::verify::{Verified, WrongAnswer};
use crate::{Outcome, load, progress, scheme};
use anyhow::{Context, Result};
use rayon::prelude::*;
use stackmap_encoders::Oracle;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let loaded = load::load(&args.select)?;
    let schemes = scheme::matching(args.select.scheme.as_ref());
    let bar = progress::bar("verify", loaded.modules.len());
    let per_module: Vec<Vec<u64>> = loaded
        .modules
        .par_iter()
        .map(|module| {
            let oracle = Oracle::new(&module.table);
            let answers = schemes.iter().map(|scheme| {
                let section = (scheme.encode)(&module.table).with_context(|| module.id())?;
                (scheme.verify)(&module.table, &oracle, &section.bytes, args.select.seed)
                    .map(|v: Verified| v.answers)
                    .map_err(|e: Box<WrongAnswer>| anyhow::Error::new(*e).context(module.id()))
            });
            let answers = answers.collect();
            bar.inc(1);
            answers
        })
        .collect::<Result<_>>()?;
    bar.finish_and_clear();
    for (i, scheme) in schemes.iter().enumerate() {
        let answers: u64 = per_module.iter().map(|m| m[i]).sum();
        let modules = loaded.modules.len();
        println!(
            "{}: {} answers on {modules} modules, all right",
            scheme.name(),
            thousands(answers)
        );
    }
    Ok(loaded.outcome())
}
