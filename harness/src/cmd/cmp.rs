//! `cmp`: two runs side by side, and whether the second is worse.

use crate::outcome::Outcome;
use crate::output::{note, say};
use anyhow::{Result, ensure};
use stackmap_reports::stats::compare::{Comparison, Thresholds, compare, parse_percent};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Results folder of the run to compare with
    run_a: PathBuf,
    /// Results folder of the run to judge
    run_b: PathBuf,
    /// Fail (exit 3) if a scheme is slower beyond doubt and by more, such as
    /// 3%, or if a timing of the first folder is missing in the second
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    fail_if_slower: Option<f64>,
    /// Fail (exit 3) if a section is larger by more, such as 0%, or missing
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    fail_if_larger: Option<f64>,
    /// Print the comparison as JSON, module by module
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let thresholds = Thresholds {
        slower: args.fail_if_slower,
        larger: args.fail_if_larger,
    };
    for run in [&args.run_a, &args.run_b] {
        ensure!(
            run.is_dir(),
            "{}: no results folder; make one with `stackmap-lab bench`",
            run.display()
        );
    }
    let comparison = compare(&args.run_a, &args.run_b, thresholds)?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&comparison)?)?;
    } else {
        print(&comparison, thresholds)?;
    }
    let violations = comparison.violations(thresholds);
    for violation in &violations {
        note!("worse: {violation}");
    }
    Ok(match violations.len() {
        0 => Outcome::Complete,
        _ => Outcome::Worse,
    })
}

fn print(comparison: &Comparison, thresholds: Thresholds) -> Result<()> {
    for note in &comparison.notes {
        say!("note: {note}")?;
    }
    for change in comparison.pooled.iter().filter(|c| c.is_headline) {
        say!("{change}")?;
    }
    if let Some(power) = comparison.power() {
        say!("note: {power}")?;
    }
    let changed = comparison.sizes.iter().filter(|s| s.bytes_a != s.bytes_b);
    for change in changed.clone() {
        say!("{change}")?;
    }
    let same = comparison.sizes.len() - changed.count();
    say!(
        "{same} of {} sections have the same size",
        comparison.sizes.len()
    )?;
    let missing = [
        ("sizes", &comparison.missing_sizes),
        ("timings", &comparison.missing_timings),
    ];
    for (what, missing) in missing {
        if let Some(first) = missing.first() {
            say!(
                "{} {what} of the first run are missing in the second, the first of them: {first}",
                missing.len()
            )?;
        }
    }
    for change in comparison.doubtful(thresholds) {
        say!("undecided: {change}")?;
    }
    Ok(())
}
