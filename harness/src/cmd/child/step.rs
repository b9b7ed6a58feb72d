//! `__step`: one process of `costs`.

use crate::costs;
use crate::outcome::Outcome;
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    scheme: String,
    /// What is looked up in the section that comes through stdin
    pcs: Vec<u32>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    costs::run_child(&args.scheme, &args.pcs)?;
    Ok(Outcome::Complete)
}
