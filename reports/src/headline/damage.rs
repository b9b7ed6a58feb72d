//! Damaged sections: how often nobody notices, and what noticing costs.

use crate::format::{count, percent, plain};
use crate::results::{BLOCKS_CRC32, Class, Fault, Results, SafetyRow};
use crate::stats::Decision;
use crate::stats::safety::{Tally, of_damage};
use crate::table::Table;
use std::collections::BTreeSet;

/// The kinds of damage, and what the table calls them.
const DAMAGE: [(Fault, &str); 2] = [
    (Fault::BitFlip, "bit flip"),
    (Fault::Truncation, "truncation"),
];

/// One line per scheme: the lookups made in damaged sections, and the share of
/// them that came out wrong without an error, by kind of damage.
pub(crate) fn table(rows: &[SafetyRow]) -> Table {
    let mut table = Table::new(1, ["scheme", "lookups in damaged sections"]);
    let titles = DAMAGE.map(|(_, kind)| format!("silently wrong, {kind}"));
    table.head.extend(titles);
    let mut seen = BTreeSet::new();
    let schemes = rows.iter().map(|row| row.scheme.as_str());
    for scheme in schemes.filter(|scheme| seen.insert(*scheme)) {
        let tallies = DAMAGE.map(|(fault, _)| of_damage(rows, scheme, fault));
        let tried = Tally::sum(tallies.iter()).total();
        if tried > 0 {
            let shares = tallies.map(|tally| percent(tally.share(Class::Harmful)));
            let head = [format!("`{scheme}`"), count(tried)];
            table.push(head.into_iter().chain(shares));
        }
    }
    table
}

/// What a checksum costs, if that was timed and faults were injected.
pub(crate) fn price(results: &Results, decision: &Decision) -> Option<String> {
    results.safety.as_ref()?;
    let all = decision.schemes.iter();
    let costs = all.filter_map(|means| {
        let (check, encode) = (means.check_ns?, means.encode_ns?);
        let (name, share) = (&means.scheme.name, percent(check / encode));
        Some(format!("`{name}` {} ns ({share})", plain(check)))
    });
    let costs: Vec<String> = costs.collect();
    (!costs.is_empty()).then(|| {
        format!(
            "A CRC-32 behind the section, as in the control `{BLOCKS_CRC32}`, costs 4 bytes, and time once, when the module is loaded. In nanoseconds per safepoint, and as a share of what writing the section took: {}.",
            costs.join(", ")
        )
    })
}
