//! Two folders side by side: did a change make a scheme slower or larger?
//!
//! Ratios to `exact` in the same block are compared, so that a slower machine
//! is not mistaken for a slower scheme, and their means over runs, because
//! whole runs of one program differ. The second folder fails only where a
//! scheme is slower beyond doubt and by more than the threshold: a gate that
//! cries wolf gets switched off. Sizes are exact and need no interval. What the
//! second folder does not have cannot pass.

mod change;
mod matching;
#[cfg(test)]
mod tests;
mod welch;

pub use change::{ChangeVerdict, Missing, Ratio, SizeChange, SpeedChange};
pub use welch::{ENOUGH_RUNS, RUN_SD};

use crate::format::plural;
use crate::results::{
    LatencyRow, PooledRow, Provenance, ResultsError, Row, RunRow, SizeRow, read_rows,
};
use crate::stats::error::StatsError;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// From which change on a comparison fails; fractions, 0.03 for 3 %.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// Slowdown of a scheme, pooled over modules.
    pub slower: Option<f64>,
    /// Growth of a section, in any module.
    pub larger: Option<f64>,
}

/// Reads `3%` or `3` as 0.03; an error unless it is a percentage from 0 up.
pub fn parse_percent(text: &str) -> Result<f64, StatsError> {
    let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>();
    match number {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent / 100.0),
        _ => Err(StatsError::Threshold(text.to_owned())),
    }
}

/// What two runs have in common and where they differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Changes pooled over the modules of a tier; the gate looks at those that
    /// claims rest on.
    pub pooled: Vec<SpeedChange>,
    /// Changes by module.
    pub cells: Vec<SpeedChange>,
    /// Sections in both runs.
    pub sizes: Vec<SizeChange>,
    /// Timings of the first run that the second lacks, by module; pooled over
    /// modules where only the others with them differ.
    pub missing_timings: Vec<Missing>,
    /// Sections of the first run that the second lacks.
    pub missing_sizes: Vec<Missing>,
    /// One line for each thing that could not be compared or that may explain
    /// a difference.
    pub notes: Vec<String>,
}

/// Compares two results folders. A table that neither a threshold asks for
/// nor both folders have is left out.
pub fn compare(a: &Path, b: &Path, thresholds: Thresholds) -> Result<Comparison, StatsError> {
    let both_have = |file| a.join(file).exists() && b.join(file).exists();
    let mut comparison = Comparison::default();
    if thresholds.slower.is_some() || both_have(LatencyRow::FILE) {
        let runs = both_have(RunRow::FILE)
            .then(|| read_both(a, b))
            .transpose()?;
        let are_apart = runs.is_some_and(|(a, b)| are_apart(&a, &b));
        comparison.add_timings(&read_both(a, b)?, &read_both(a, b)?, are_apart);
    }
    if thresholds.larger.is_some() || both_have(SizeRow::FILE) {
        let sizes = matching::sizes(&read_both(a, b)?, &mut comparison.notes);
        comparison.sizes = sizes.changes;
        comparison.missing_sizes = sizes.missing;
    }
    if comparison.is_void(thresholds) {
        return Err(StatsError::NothingShared {
            a: a.to_owned(),
            b: b.to_owned(),
        });
    }
    comparison.note_provenance(a, b)?;
    Ok(comparison)
}

impl Comparison {
    fn add_timings(
        &mut self,
        cells: &(Vec<LatencyRow>, Vec<LatencyRow>),
        pooled: &(Vec<PooledRow>, Vec<PooledRow>),
        are_apart: bool,
    ) {
        if are_apart {
            self.notes.push(format!(
                "not of one day and machine, which by themselves lie {:.1} % apart: only larger changes can be told; measure both in turn",
                100.0 * RUN_SD
            ));
        }
        let of_cells = matching::cells(cells, are_apart);
        let of_pools = matching::pooled(pooled, cells, are_apart, &mut self.notes);
        self.cells = of_cells.changes;
        self.pooled = of_pools.changes;
        self.missing_timings = of_cells.missing;
        // A pool that lacks a module is explained by that module.
        let lacking = self.missing_timings.iter().map(|m| m.scheme.clone());
        let lacking: BTreeSet<String> = lacking.collect();
        let unexplained = of_pools.missing.into_iter();
        self.missing_timings
            .extend(unexplained.filter(|m| !lacking.contains(&m.scheme)));
    }

    /// Whether there is nothing to judge by, be it as a whole or by a threshold
    /// that was given.
    fn is_void(&self, thresholds: Thresholds) -> bool {
        let nothing_timed = self.pooled.is_empty() && self.missing_timings.is_empty();
        let nothing_sized = self.sizes.is_empty() && self.missing_sizes.is_empty();
        (self.cells.is_empty() && self.sizes.is_empty())
            || (thresholds.slower.is_some() && nothing_timed)
            || (thresholds.larger.is_some() && nothing_sized)
    }

    /// What the second run lacks that a threshold was given for.
    fn missing(&self, thresholds: Thresholds) -> impl Iterator<Item = &Missing> {
        let timings = thresholds.slower.map(|_| &self.missing_timings);
        let sizes = thresholds.larger.map(|_| &self.missing_sizes);
        timings.into_iter().chain(sizes).flatten()
    }

    /// Schemes that are slower or larger than the thresholds allow, and what is
    /// missing, one line each; the run passes when there is none. Controls are
    /// not judged.
    pub fn violations(&self, thresholds: Thresholds) -> Vec<String> {
        let beyond = self.beyond(thresholds);
        let slower = beyond.filter(|c| c.verdict == ChangeVerdict::Slower);
        let larger = self.sizes.iter().filter(|c| {
            let beyond = |limit| c.bytes_b as f64 > c.bytes_a as f64 * (1.0 + limit);
            thresholds.larger.is_some_and(beyond)
        });
        let slower = slower.map(|c| format!("slower: {c}"));
        let larger = larger.map(|c| format!("larger: {c}"));
        let missing = self.missing(thresholds).map(|m| format!("missing: {m}"));
        slower.chain(larger).chain(missing).collect()
    }

    /// Schemes that look slower than the threshold allows although the runs do
    /// not settle it; they do not fail a run.
    pub fn doubtful(&self, thresholds: Thresholds) -> Vec<&SpeedChange> {
        let beyond = self.beyond(thresholds);
        let doubtful = beyond.filter(|c| c.verdict != ChangeVerdict::Slower);
        doubtful.collect()
    }

    /// Changes above the threshold among those that the gate looks at.
    fn beyond(&self, thresholds: Thresholds) -> impl Iterator<Item = &SpeedChange> {
        let limit = 1.0 + thresholds.slower.unwrap_or(f64::INFINITY);
        let headline = self.pooled.iter().filter(|c| c.is_headline);
        headline.filter(move |c| c.change.ratio > limit)
    }

    /// What the folders can tell with the runs that they have, in one line;
    /// none without timings.
    pub fn power(&self) -> Option<String> {
        let headline = || self.pooled.iter().filter(|c| c.is_headline);
        let runs = headline().map(|c| c.runs.0.min(c.runs.1)).min()?;
        let (least, most) = headline().fold((f64::INFINITY, 0f64), |(least, most), c| {
            (least.min(c.detectable), most.max(c.detectable))
        });
        let told = format!(
            "with these runs a change can be told from none if it is larger than {:.1} to {:.1} %, depending on the row",
            100.0 * least,
            100.0 * most
        );
        Some(if runs < ENOUGH_RUNS {
            format!(
                "{} on one side cannot say how far runs lie apart, so {:.1} % is assumed; {told}",
                plural(runs, "run"),
                100.0 * RUN_SD
            )
        } else {
            told
        })
    }

    /// Says what else differs between the runs, for whoever looks for a cause.
    fn note_provenance(&mut self, a: &Path, b: &Path) -> Result<(), StatsError> {
        let (a, b) = (Provenance::read_if_there(a)?, Provenance::read_if_there(b)?);
        let show =
            |value: Option<&Value>| value.map_or_else(|| "unknown".to_owned(), Value::to_string);
        let notes = a.differences(&b).into_iter();
        self.notes.extend(notes.map(|difference| {
            let (a, b) = difference.values;
            format!("{}: {} and {}", difference.name, show(a), show(b))
        }));
        Ok(())
    }
}

/// Whether two folders have no machine, or no day (UTC), in common.
fn are_apart(a: &[RunRow], b: &[RunRow]) -> bool {
    fn parts(runs: &[RunRow]) -> [BTreeSet<&str>; 2] {
        let days = runs.iter().flat_map(|run| [&run.began, &run.ended]);
        let days = days.map(|time| time.split_once('T').map_or(time.as_str(), |(day, _)| day));
        [
            days.collect(),
            runs.iter().map(|run| run.machine.as_str()).collect(),
        ]
    }
    let both = parts(a).into_iter().zip(parts(b));
    both.into_iter().any(|(a, b)| a.is_disjoint(&b))
}

fn read_both<R: Row>(a: &Path, b: &Path) -> Result<(Vec<R>, Vec<R>), ResultsError> {
    Ok((read_rows(&a.join(R::FILE))?, read_rows(&b.join(R::FILE))?))
}
