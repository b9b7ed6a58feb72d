//! What was hoped for, and what was reached.

use crate::format::{percent, plain, times, with_interval};
use crate::results::Results;
use crate::stats::Decision;
use crate::stats::targets::{Bound, Role, Target, Unit, contenders};
use crate::table::Table;

/// One line per target: which scheme, what it reaches, whether that is enough.
pub(crate) fn table(results: &Results, decision: &Decision) -> Table {
    let mut table = Table::new(4, ["winner", "scheme", "target", "met?", "measured"]);
    for contender in contenders(results, decision) {
        let role = match contender.role {
            Role::ToUpstream => "to upstream",
            Role::Smallest => "smallest",
            Role::Fastest => "fastest",
            Role::Safest => "safest",
        };
        for target in &contender.targets {
            let scheme = format!("`{}`", contender.scheme);
            let [wanted, met, measured] = cells(target);
            table.push([role.to_owned(), scheme, wanted, met, measured]);
        }
    }
    table
}

/// What was wanted, whether it is met, and what was measured.
fn cells(target: &Target) -> [String; 3] {
    let show = |value: f64| match target.unit {
        Unit::Share => percent(value),
        Unit::Times => times(value),
        Unit::Count => format!("{value:.0}"),
        Unit::Speed => plain(value),
    };
    let sign = match target.bound {
        Bound::AtMost => "≤",
        Bound::AtLeast => "≥",
    };
    let met = match target.is_met() {
        Some(true) => "met",
        Some(false) => "missed",
        None => "open",
    };
    let measured = target.measured.map(|value| match target.unit {
        Unit::Times => with_interval(value, target.within),
        _ => show(value),
    });
    [
        format!("{} {sign} {}", target.what, show(target.limit)),
        met.to_owned(),
        measured.unwrap_or_else(|| "not measured".to_owned()),
    ]
}
