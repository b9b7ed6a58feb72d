//! Several runs of the same code side by side, in words.

use crate::format::known;
use crate::results::{Results, Verdict};
use crate::stats::means::MeanRatio;
use crate::stats::ranking::standings;
use crate::table::Table;

/// Schemes by lookup time in each scenario of several runs of the same code,
/// side by side, and the verdicts that two runs contradict each other on.
pub fn rank(runs: &[(String, Results)]) -> (String, Vec<String>) {
    let (mut text, mut contradictions) = (String::new(), Vec::new());
    let results: Vec<&Results> = runs.iter().map(|(_, results)| results).collect();
    for (scenario, standings) in standings(&results) {
        let mut table = Table::new(1, ["scheme"]);
        table.head.extend(runs.iter().map(|(name, _)| name.clone()));
        for standing in standings {
            if standing.is_contradictory() {
                contradictions.push(format!("{}: {scenario}", standing.scheme));
            }
            let means = standing.means.into_iter().map(|mean| known(mean, in_words));
            table.push(std::iter::once(standing.scheme).chain(means));
        }
        text += &format!("{scenario}\n{}\n", table.text());
    }
    (text, contradictions)
}

fn in_words((mean, verdict): (MeanRatio, Verdict)) -> String {
    let verdict = match verdict {
        Verdict::Faster | Verdict::Slower => verdict.name(),
        Verdict::Same | Verdict::Inconclusive => "open",
    };
    format!("{mean} {verdict}")
}
