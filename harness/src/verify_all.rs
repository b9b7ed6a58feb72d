//! `verify`: every scheme against the oracle on every module.

use crate::args::Select;
use crate::output::thousands;
use crate::size::encode_verified;
use crate::{Outcome, load, progress, scheme};
use anyhow::Result;
use rayon::prelude::*;
use stackmap_encoders::Oracle;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    select: Select,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.select.scheme.as_ref())?;
    let loaded = load::load(&args.select)?;
    let bar = progress::bar("verify", loaded.modules.len());
    let per_module: Vec<Vec<u64>> = loaded
        .modules
        .par_iter()
        .map(|module| {
            let oracle = Oracle::new(&module.table);
            let answers = schemes.iter().map(|scheme| {
                let (_, verified) = encode_verified(module, scheme, &oracle, args.select.seed)?;
                Ok(verified.answers)
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
