//! `doctor`: what on this machine will blur the timings of a run, and how long
//! those take.

use crate::machine::doctor;
use crate::outcome::Outcome;
use crate::output::say;
use crate::timing::{Effort, budget};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: &Args) -> Result<Outcome> {
    for line in doctor::verdict() {
        say!("{line}")?;
    }
    say!("")?;
    for (flag, effort) in [("--quick", Effort::Quick), ("default", Effort::Standard)] {
        if let Some(budget) = budget(effort) {
            say!(
                "timing, {flag}: about {} s after calibration",
                budget.as_secs()
            )?;
        }
    }
    say!("timing, --thorough: some minutes per module")?;
    Ok(Outcome::Complete)
}
