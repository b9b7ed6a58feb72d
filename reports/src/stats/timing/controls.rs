//! Did the runs see what they must: no difference where there is none, and the
//! slowdown that was built in.

use super::pooled::is_headline;
use crate::format::{list, plural};
use crate::results::{AGAIN, PooledRow, SLOW, Verdict};
use std::collections::BTreeSet;
use std::fmt;

/// The controls, and what each must come out as.
const WANTED: [(&str, Verdict); 2] = [(AGAIN, Verdict::Same), (SLOW, Verdict::Slower)];

/// How many failures are named before the others are counted.
const NAMED: usize = 3;

/// What the controls came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controls {
    /// Every control in every scenario that claims rest on.
    pub cells: Vec<ControlCell>,
    /// Controls that a scenario lacks, and which one.
    pub missing: Vec<(&'static str, String)>,
}

/// What one control came to in one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlCell {
    /// Its row of `pooled.csv`.
    pub row: PooledRow,
    /// What it must come out as.
    pub wanted: Verdict,
}

impl ControlCell {
    /// Whether it came out as it must.
    pub fn holds(&self) -> bool {
        self.row.verdict == self.wanted
    }
}

impl fmt::Display for ControlCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PooledRow {
            scheme,
            verdict,
            ratio,
            ratio_lo,
            ratio_hi,
            ..
        } = &self.row;
        write!(f, "`{scheme}` ({}) is {verdict}", place(&self.row))?;
        if !self.holds() {
            write!(f, " instead of {}", self.wanted)?;
        }
        match ratio_lo.zip(*ratio_hi) {
            Some((lo, hi)) => write!(f, ": {ratio:.3} [{lo:.3}, {hi:.3}]"),
            None => write!(f, ": {ratio:.3}, with no interval from one run"),
        }
    }
}

impl Controls {
    /// Looks for every control in every scenario that claims rest on.
    pub fn of(pooled: &[PooledRow]) -> Controls {
        let rows: Vec<&PooledRow> = pooled.iter().filter(|row| is_headline(row)).collect();
        let mut controls = Controls::default();
        for (control, wanted) in WANTED {
            let own = rows.iter().filter(|row| row.scheme == control);
            let cells = own.map(|row| ControlCell {
                row: (*row).clone(),
                wanted,
            });
            controls.cells.extend(cells);
        }
        let places: BTreeSet<String> = rows.iter().map(|row| place(row)).collect();
        for (control, _) in WANTED {
            let own = rows.iter().filter(|row| row.scheme == control);
            let own: BTreeSet<String> = own.map(|row| place(row)).collect();
            let lacking = places.difference(&own);
            let lacking = lacking.map(|place| (control, place.clone()));
            controls.missing.extend(lacking);
        }
        controls
    }

    /// Whether there are controls and all came out as they must.
    pub fn hold(&self) -> bool {
        !self.cells.is_empty()
            && self.missing.is_empty()
            && self.cells.iter().all(ControlCell::holds)
    }

    /// Whether a control of a row's scenario did not come out as it must, so that no
    /// verdict may rest on the row.
    pub(crate) fn forbid(pooled: &[PooledRow], row: &PooledRow) -> bool {
        let is_beside = |other: &PooledRow| {
            (other.tier, &other.isas, other.collector) == (row.tier, &row.isas, row.collector)
                && (other.queries, other.cache) == (row.queries, row.cache)
        };
        let mut judged = pooled
            .iter()
            .filter(|other| is_headline(other) && is_beside(other) && other.ratio_lo.is_some());
        let fails = |other: &PooledRow| {
            let mut wanted = WANTED
                .iter()
                .filter(|(control, _)| other.scheme == *control);
            wanted.any(|(_, verdict)| other.verdict != *verdict)
        };
        judged.any(fails)
    }

    /// Whether more than one run was timed, if any.
    fn can_be_judged(&self) -> bool {
        self.cells.is_empty() || self.cells.iter().any(|cell| cell.row.here_lo.is_some())
    }

    /// What a page says first, in one sentence.
    pub fn summary(&self) -> String {
        let of = self.cells.len() + self.missing.len();
        let checks = plural(of, "check");
        match self.failures().len() {
            _ if of == 0 => "No control was timed, so no timing here proves anything.".to_owned(),
            _ if !self.can_be_judged() => "One run gives no interval, so no control can be judged, and no timing here proves anything; time more runs.".to_owned(),
            0 => format!("Both controls came out as they must in each of {checks}: identical code is `same`, code slowed by 5 % is `slower`."),
            failed => format!("Controls of lookup timings failed in {failed} of {checks} (identical code must be `same`, code slowed by 5 % `slower`), so no verdict is given on lookups of these: {}.", shortened(self.broken())),
        }
    }

    /// The scenarios in which a control is missing or did not come out as it must.
    fn broken(&self) -> Vec<String> {
        let failed = self.cells.iter().filter(|cell| !cell.holds());
        let failed = failed.map(|cell| place(&cell.row));
        let places: BTreeSet<String> = failed
            .chain(self.missing.iter().map(|(_, place)| place.clone()))
            .collect();
        places
            .into_iter()
            .map(|place| format!("({place})"))
            .collect()
    }

    /// One line for each that did not come out as it must.
    pub fn failures(&self) -> Vec<String> {
        let failed = self.cells.iter().filter(|cell| !cell.holds());
        let failed = failed.map(ToString::to_string);
        let missing = self.missing.iter();
        let missing =
            missing.map(|(control, place)| format!("`{control}` was not timed ({place})"));
        failed.chain(missing).collect()
    }
}

/// What the terminal and the report say first.
impl fmt::Display for Controls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failures() {
            failures if self.can_be_judged() && !failures.is_empty() => {
                write!(f, "{} {}.", self.summary(), shortened(failures))
            }
            _ => f.write_str(&self.summary()),
        }
    }
}

/// The first few of many.
fn shortened(mut failures: Vec<String>) -> String {
    let more = failures.len().saturating_sub(NAMED);
    failures.truncate(NAMED);
    if more > 0 {
        failures.push(format!("{more} more"));
    }
    list(&failures)
}

/// The scenario of a row, in words.
fn place(row: &PooledRow) -> String {
    format!(
        "{}, {}, {}, {} queries, {} cache",
        row.tier, row.isas, row.collector, row.queries, row.cache
    )
}
