//! `doctor`: what on this machine will blur the timings of a run, and how long
//! those take.

use crate::machine::doctor;
use crate::outcome::Outcome;
use crate::timing::{Effort, budget};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: &Args) -> Result<Outcome> {
    for line in doctor::verdict() {
        println!("{line}");
    }
    println!();
    for (flag, effort) in [("--quick", Effort::Quick), ("default", Effort::Standard)] {
        if let Some(budget) = budget(effort) {
            println!(
                "timing, {flag}: about {} s after calibration",
                budget.as_secs()
            );
        }
    }
    println!("timing, --thorough: some minutes per module");
    Ok(Outcome::Complete)
}
