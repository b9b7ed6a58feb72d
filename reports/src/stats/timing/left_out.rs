//! Each run left out in turn: what do the others say of it? `left-out.csv`.

use super::estimate::{ALPHA, t_quantile};
use crate::format::plural;
use crate::results::{LeftOutRow, Stratum, is_timing_control};
use crate::stats::arithmetic::round;

/// What the others and the run itself say.
pub(super) struct LeftOut {
    pub(super) run: u32,
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) ratio: f64,
}

impl LeftOut {
    pub(super) fn inside(&self) -> bool {
        self.lo <= self.ratio && self.ratio <= self.hi
    }
}

/// Leaves each run out of the log-ratios of all. The interval of the others is
/// for one new run, and so contains its spread besides that of their mean.
/// Nothing with fewer than three runs: the others have to be two.
pub(super) fn left_out(runs: &[(u32, f64)]) -> Vec<LeftOut> {
    if runs.len() < 3 {
        return Vec::new();
    }
    let n = (runs.len() - 1) as f64;
    let one = |&(run, log): &(u32, f64)| {
        let others = || runs.iter().filter(|(other, _)| *other != run);
        let mean = others().map(|(_, log)| log).sum::<f64>() / n;
        let squares: f64 = others().map(|(_, log)| (log - mean).powi(2)).sum();
        let spread = (squares / (n - 1.0) * (1.0 + 1.0 / n)).sqrt();
        let half = t_quantile(ALPHA, n - 1.0) * spread;
        let ratio = |log: f64| round(log.exp(), 6);
        LeftOut {
            run,
            lo: ratio(mean - half),
            hi: ratio(mean + half),
            ratio: ratio(log),
        }
    };
    runs.iter().map(one).collect()
}

/// How often the intervals of the other runs contain the run left out, over
/// all schemes and modules of all sizes; `None` without enough runs.
pub fn left_out_text(rows: &[LeftOutRow]) -> Option<String> {
    let counts = |row: &&LeftOutRow| row.stratum == Stratum::All && !is_timing_control(&row.scheme);
    let rows: Vec<&LeftOutRow> = rows.iter().filter(counts).collect();
    let inside = rows.iter().filter(|row| row.inside).count();
    let of = plural(rows.len(), "case");
    (!rows.is_empty()).then(|| {
        format!(
            "Each run left out in turn: in {inside} of {of} what it found lies within the 95 % interval that the other runs give for one new run"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_far_from_the_others_lies_outside() {
        let runs = [(0, 0.0), (1, 0.01), (2, -0.01), (3, 0.2)];
        let inside: Vec<bool> = left_out(&runs).iter().map(LeftOut::inside).collect();
        assert_eq!(inside, [true, true, true, false]);
        assert!(left_out(&runs[..2]).is_empty());
    }

    #[test]
    fn the_interval_is_that_of_a_prediction() {
        let found = &left_out(&[(0, 1.0), (1, 2.0), (2, 1.5)])[2];
        let half = 12.706_205 * (0.5_f64 * 1.5).sqrt();
        assert!((found.hi.ln() - 1.5 - half).abs() < 1e-5, "{}", found.hi);
        assert_eq!(found.run, 2);
    }
}
