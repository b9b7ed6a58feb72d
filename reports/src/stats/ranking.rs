//! Several results folders of the same code side by side: do they agree on who
//! is fast?

use super::headline::Headline;
use super::means::MeanRatio;
use crate::results::{Results, Scenario, Verdict};

/// Lookup time of one scheme in one scenario: a row of `pooled.csv` for each
/// folder, or none where it has none.
pub(crate) struct Standing {
    pub(crate) scheme: String,
    pub(crate) means: Vec<Option<MeanRatio>>,
}

impl Standing {
    /// The scheme's best ratio; infinite where no folder has one.
    fn best(&self) -> f64 {
        let ratios = self.means.iter().flatten().map(|mean| mean.ratio);
        ratios.fold(f64::INFINITY, f64::min)
    }

    /// Whether one folder says faster and another slower.
    pub(crate) fn is_contradictory(&self) -> bool {
        let mut verdicts = self.means.iter().flatten().filter_map(|mean| mean.verdict);
        let has_faster = verdicts.clone().any(|v| v == Verdict::Faster);
        has_faster && verdicts.any(|v| v == Verdict::Slower)
    }
}

/// The schemes in each scenario of the first folder, the fastest first.
pub(crate) fn standings(runs: &[&Results]) -> Vec<(Scenario, Vec<Standing>)> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let headlines: Vec<Headline> = runs.iter().map(|run| Headline::of(run)).collect();
    let in_scenario = |scenario| {
        let standings = first.schemes.iter().map(|scheme| {
            let means = runs.iter().zip(&headlines);
            let means = means.map(|(run, headline)| headline.mean(run, &scheme.name, scenario));
            Standing {
                scheme: scheme.name.clone(),
                means: means.collect(),
            }
        });
        let mut standings: Vec<Standing> = standings.filter(|s| s.best().is_finite()).collect();
        standings.sort_by(|a, b| a.best().total_cmp(&b.best()));
        (scenario, standings)
    };
    let timed = headlines[0].timed(first).into_keys();
    timed.map(in_scenario).collect()
}
