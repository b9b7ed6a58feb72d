//! `safety`: what each scheme answers when something upstream of it is wrong.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::output::{self, share, thousands};
use crate::safety::{self, Counts};
use crate::{modules, scheme};
use anyhow::Result;
use stackmap_reports::results::{Class, Fault, Policy, SafetyRow};
use stackmap_reports::stats::wilson;
use std::collections::BTreeMap;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    let modules: Vec<_> = loaded.modules.iter().collect();
    let rows = safety::measure(&modules, &schemes, args.selection.seed())?;
    if args.format.for_scripts() {
        output::print_for_scripts(args.format, &rows)?;
    } else {
        print(&lines(&rows))?;
    }
    Ok(loaded.outcome())
}

/// Everything of a scheme, policy and fault over all modules, as one line.
struct Line {
    scheme: String,
    policy: Policy,
    fault: Fault,
    counts: Counts,
}

/// By scheme, in the order of the rows, then by the names of policy and fault.
fn lines(rows: &[SafetyRow]) -> Vec<Line> {
    let order: Vec<&str> = rows.iter().map(|r| r.scheme.as_str()).collect();
    let mut lines = BTreeMap::new();
    for row in rows {
        let rank = order.iter().position(|s| *s == row.scheme);
        let line = lines.entry((rank, row.policy.name(), row.fault.name()));
        let line = line.or_insert_with(|| Line {
            scheme: row.scheme.clone(),
            policy: row.policy,
            fault: row.fault,
            counts: Counts::default(),
        });
        line.counts.add(row.outcome, row.count);
    }
    lines.into_values().collect()
}

fn print(lines: &[Line]) -> Result<()> {
    output::print_table(
        lines,
        &[
            ("scheme", |l| l.scheme.clone()),
            ("policy", |l| l.policy.to_string()),
            ("fault", |l| l.fault.to_string()),
            ("trials", |l| thousands(l.counts.total())),
            ("detected", |l| share_of(&l.counts, Class::Detected)),
            ("silent, harmless", |l| share_of(&l.counts, Class::Harmless)),
            ("silent, harmful", |l| harmful(&l.counts)),
            ("of which", |l| l.counts.harm()),
        ],
    )
}

fn share_of(counts: &Counts, class: Class) -> String {
    share(counts.of(class), counts.total())
}

/// The harmful share with its 95 % interval.
fn harmful(counts: &Counts) -> String {
    let (lo, hi) = wilson(counts.of(Class::Harmful), counts.total());
    let share = share_of(counts, Class::Harmful);
    format!("{share} [{:.1}, {:.1}]", 100.0 * lo, 100.0 * hi)
}
