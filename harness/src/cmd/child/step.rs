//! `__step`: one process of `costs`.

use crate::costs;
use crate::outcome::Outcome;
use anyhow::Result;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    scheme: String,
    /// Folder with `section` and `pcs`
    #[arg(long)]
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<Outcome> {
    costs::run_child(&args.scheme, &args.dir)?;
    Ok(Outcome::Complete)
}
