//! `cmp`: two runs side by side, and whether the second is worse.

use crate::outcome::Outcome;
use anyhow::Result;
use stackmap_reports::stats::compare::{Comparison, Thresholds, compare, parse_percent};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Results folder of the run to compare with
    run_a: PathBuf,
    /// Results folder of the run to judge
    run_b: PathBuf,
    /// Fail (exit 3) if a scheme is slower by more, such as 3%, beyond doubt
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    fail_if_slower: Option<f64>,
    /// Fail (exit 3) if a section is larger by more, such as 0%
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
    let comparison = compare(&args.run_a, &args.run_b, thresholds)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&comparison)?);
    } else {
        print(&comparison, thresholds);
    }
    let violations = comparison.violations(thresholds);
    for violation in &violations {
        eprintln!("worse: {violation}");
    }
    Ok(match violations.len() {
        0 => Outcome::Complete,
        _ => Outcome::Worse,
    })
}

fn print(comparison: &Comparison, thresholds: Thresholds) {
    for note in &comparison.notes {
        println!("note: {note}");
    }
    for change in &comparison.pooled {
        println!("{change}");
    }
    let changed = comparison.sizes.iter().filter(|s| s.bytes_a != s.bytes_b);
    for change in changed.clone() {
        println!("{change}");
    }
    let same = comparison.sizes.len() - changed.count();
    println!(
        "{same} of {} sections have the same size",
        comparison.sizes.len()
    );
    for change in comparison.doubtful(thresholds) {
        println!("undecided: {change}");
    }
}
