//! `doctor`: what on this machine will blur the timings of a run, and how long
//! those take.

use crate::machine::doctor;
use crate::outcome::Outcome;
use crate::output::say;
use crate::timing::{Effort, Usual};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: &Args) -> Result<Outcome> {
    for line in doctor::verdict() {
        say!("{line}")?;
    }
    say!("")?;
    for (flag, effort) in [("--quick", Effort::Quick), ("default", Effort::Standard)] {
        let seconds = Usual::of(effort).total();
        say!("timing, {flag}: {seconds} s or more")?;
    }
    say!("timing, --thorough: some minutes per module")?;
    Ok(Outcome::Complete)
}
