//! Damaged sections: how often nobody notices, and what noticing costs.

use crate::decision::Decision;
use crate::format::{count, percent, plain};
use crate::results::{Class, Fault, Policy, Results, SafetyRow};
use crate::safety::Tally;
use crate::table::Table;

/// The kinds of damage.
const DAMAGE: [Fault; 2] = [Fault::BitFlip, Fault::Truncation];

/// One line per scheme: the lookups made in damaged sections, and the share of
/// them that came out wrong without an error, by kind of damage.
pub(crate) fn table(rows: &[SafetyRow]) -> Table {
    let mut table = Table::new(1, ["scheme", "lookups in damaged sections"]);
    let kinds = DAMAGE.map(|kind| kind.name().trim_start_matches("section: "));
    table
        .head
        .extend(kinds.map(|kind| format!("silently wrong, {kind}")));
    let mut schemes: Vec<&str> = rows.iter().map(|r| r.scheme.as_str()).collect();
    let mut seen = std::collections::BTreeSet::new();
    schemes.retain(|s| seen.insert(*s));
    for scheme in schemes {
        let tallies = DAMAGE.map(|kind| {
            let own =
                |r: &&SafetyRow| r.scheme == scheme && r.fault == kind && r.policy == Policy::Today;
            Tally::of(rows.iter().filter(own))
        });
        let tried: u64 = tallies.iter().map(Tally::total).sum();
        if tried > 0 {
            let shares = tallies.map(|t| percent(t.share(Class::Harmful)));
            let head = [format!("`{scheme}`"), count(tried)];
            table.push(head.into_iter().chain(shares));
        }
    }
    table
}

/// What a checksum costs, if the winners' was timed.
pub(crate) fn price(results: &Results, decision: &Decision) -> Option<String> {
    results.safety.as_deref()?;
    let figures = decision.candidates.iter().map(|c| &c.figures);
    let costs = figures.filter_map(|f| {
        let (check, encode) = (f.check_ns?, f.encode_ns?);
        Some(format!(
            "`{}` {} ns ({})",
            f.scheme.name,
            plain(check),
            percent(check / encode)
        ))
    });
    let costs: Vec<String> = costs.collect();
    (!costs.is_empty()).then(|| {
        format!(
            "A CRC-32 behind the section, as in the control `blocks+crc32`, costs 4 bytes, and time once, when the module is loaded. In nanoseconds per safepoint, and as a share of what writing the section took: {}.",
            costs.join(", ")
        )
    })
}
