//! Several results folders of the same code side by side, in words.

use super::controls;
use super::times::judged;
use crate::format::known;
use crate::results::Results;
use crate::stats::ranking::standings;
use crate::table::Table;

/// Schemes by lookup time in each scenario of several folders of the same
/// code, side by side, and the verdicts that two of them contradict each other
/// on. A folder whose controls do not hold is named first.
pub fn rank(runs: &[(String, Results)]) -> (String, Vec<String>) {
    let (mut text, mut contradictions) = (String::new(), Vec::new());
    for (name, results) in runs {
        if let Some(broken) = controls::broken(results) {
            text += &format!("{name}: {broken}\n");
        }
    }
    let results: Vec<&Results> = runs.iter().map(|(_, results)| results).collect();
    for (scenario, standings) in standings(&results) {
        let mut table = Table::new(1, ["scheme"]);
        table.head.extend(runs.iter().map(|(name, _)| name.clone()));
        for standing in standings {
            if standing.is_contradictory() {
                contradictions.push(format!("{}: {scenario}", standing.scheme));
            }
            let means = standing.means.into_iter().map(|mean| known(mean, judged));
            table.push(std::iter::once(standing.scheme).chain(means));
        }
        text += &format!("{scenario}, modules like these\n{}\n", table.text());
    }
    (text, contradictions)
}
