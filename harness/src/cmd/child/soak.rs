//! `__soak`: one process of `soak`, with one scheme in one program. A wrong
//! map may make its collector overwrite what it must not.

use crate::outcome::Outcome;
use crate::output::say;
use crate::soak::{self, SoakProgram, Workload};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    scheme: String,
    program: SoakProgram,

    #[command(flatten)]
    workload: Workload,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let row = soak::run_child(&args.scheme, args.program, args.workload)?;
    say!("{}", serde_json::to_string(&row)?)?;
    Ok(Outcome::Complete)
}
