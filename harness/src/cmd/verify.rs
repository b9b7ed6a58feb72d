//! `verify`: every scheme against the oracle on every module.

use crate::args::Selection;
use crate::outcome::Outcome;
use crate::output::say;
use crate::output::{progress, thousands};
use crate::{modules, scheme};
use anyhow::Result;
use stackmap_encoders::Oracle;
use stackmap_reports::plural;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    let per_module: Vec<Vec<u64>> = progress::each("verify", &loaded.modules, |module| {
        let oracle = Oracle::new(&module.table);
        let answers = schemes.iter().map(|scheme| {
            let (_, verified) = scheme.encode_verified(module, &oracle, args.selection.seed())?;
            Ok(verified.answers)
        });
        answers.collect()
    })?;
    for (i, scheme) in schemes.iter().enumerate() {
        let answers: u64 = per_module.iter().map(|m| m[i]).sum();
        say!(
            "{}: {} answers on {}, all right",
            scheme.name,
            thousands(answers),
            plural(loaded.modules.len(), "module")
        )?;
    }
    Ok(loaded.outcome())
}
