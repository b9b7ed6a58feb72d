//! Several runs of the same code side by side: do they agree on who is fast?

use super::headline::{Headline, scenarios_of};
use super::means::MeanRatio;
use super::schemes::mean_time;
use crate::results::{Results, Scenario, Verdict};

/// Lookup time of one scheme in one scenario: a mean for each run, or none
/// where the run did not time it.
pub(crate) struct Standing {
    pub(crate) scheme: String,
    pub(crate) means: Vec<Option<(MeanRatio, Verdict)>>,
}

impl Standing {
    /// The scheme's best ratio; infinite where no run has one.
    fn best(&self) -> f64 {
        let ratios = self.means.iter().flatten().map(|(mean, _)| mean.ratio);
        ratios.fold(f64::INFINITY, f64::min)
    }

    /// Whether one run says faster and another slower.
    pub(crate) fn is_contradictory(&self) -> bool {
        let says = |wanted| self.means.iter().flatten().any(|(_, v)| *v == wanted);
        says(Verdict::Faster) && says(Verdict::Slower)
    }
}

/// The schemes in each scenario of the first run, the fastest first.
pub(crate) fn standings(runs: &[&Results]) -> Vec<(Scenario, Vec<Standing>)> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let headlines: Vec<Headline> = runs.iter().map(|run| Headline::of(run)).collect();
    let in_scenario = |scenario| {
        let standings = first.schemes.iter().map(|scheme| {
            let means = runs.iter().zip(&headlines).map(|(run, headline)| {
                let mean = mean_time(run, &headline.modules, &scheme.name, scenario)?;
                Some((mean, mean.verdict()))
            });
            Standing {
                scheme: scheme.name.clone(),
                means: means.collect(),
            }
        });
        let mut standings: Vec<Standing> = standings.filter(|s| s.best().is_finite()).collect();
        standings.sort_by(|a, b| a.best().total_cmp(&b.best()));
        (scenario, standings)
    };
    scenarios_of(first).into_iter().map(in_scenario).collect()
}
