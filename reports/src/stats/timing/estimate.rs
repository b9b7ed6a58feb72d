//! How sure a geometric-mean ratio is.
//!
//! The run is the unit of replication. Blocks of one process share its memory
//! layout, processes of one run share a state of the machine, and neither can
//! vouch for the other runs. So a run counts as one number, and the interval
//! is Student's t over runs. METHODOLOGY.md shows what that covers.

use crate::stats::arithmetic::median_of_sorted;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::BTreeMap;

/// Error probability of an unadjusted verdict and its interval.
pub const ALPHA: f64 = 0.05;

/// A mean log-ratio and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Natural logarithm of the ratio.
    pub log: f64,
    /// Its standard error.
    pub error: f64,
    /// Degrees of freedom of the standard error.
    pub freedom: f64,
}

impl Estimate {
    /// Estimates one cell from its log-ratios, `runs[run][process][block]`.
    /// `None` with fewer than two runs: one run cannot tell its own effect from
    /// the scheme's.
    pub fn of_cell(runs: &[Vec<Vec<f64>>]) -> Option<Estimate> {
        let of_process = |blocks: &Vec<f64>| {
            let mut sorted = blocks.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            median_of_sorted(&sorted)
        };
        let of_run = |processes: &Vec<Vec<f64>>| {
            processes.iter().map(of_process).sum::<f64>() / processes.len() as f64
        };
        let units = (0u32..).zip(runs.iter().map(of_run)).collect();
        WeightedMean::new(vec![Member { weight: 1.0, units }]).estimate()
    }

    /// How far the interval reaches either side at an error probability.
    fn half_width(&self, alpha: f64) -> f64 {
        // Infinity times zero would be no number.
        if self.error == 0.0 {
            return 0.0;
        }
        t_quantile(alpha, self.freedom) * self.error
    }

    /// Lower and upper end, as log-ratios, at an error probability.
    pub fn interval(&self, alpha: f64) -> (f64, f64) {
        let half = self.half_width(alpha);
        (self.log - half, self.log + half)
    }

    /// How far the 95 % interval reaches from no difference, as a log-ratio.
    pub fn extent(&self) -> f64 {
        self.log.abs() + self.half_width(ALPHA)
    }

    /// The error probability at which the interval just clears `limit` from
    /// above; 1 when the estimate itself is not above it.
    pub fn p_above(&self, limit: f64) -> f64 {
        if self.log <= limit {
            return 1.0;
        }
        let t = (self.log - limit) / self.error;
        students_t(self.freedom).map_or(1.0, |d| 2.0 * d.sf(t))
    }

    /// The same with the ratio turned upside down.
    pub fn p_below(&self, limit: f64) -> f64 {
        let inverse = Estimate {
            log: -self.log,
            ..*self
        };
        inverse.p_above(-limit)
    }
}

fn students_t(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom).ok()
}

/// Two-sided quantile; infinite for degrees of freedom that make no sense, so
/// that nothing is claimed.
pub(crate) fn t_quantile(alpha: f64, freedom: f64) -> f64 {
    students_t(freedom).map_or(f64::INFINITY, |d| d.inverse_cdf(1.0 - alpha / 2.0))
}

/// What one cell adds to a mean: its weight and, by unit of replication, its
/// mean log-ratio.
pub(super) struct Member {
    pub(super) weight: f64,
    pub(super) units: Vec<(u32, f64)>,
}

/// What one unit moves a mean by, through each member that it has.
pub(super) type Influence = Vec<(usize, f64)>;

/// A weighted mean of members, taken apart into what each unit contributes.
pub(super) struct WeightedMean {
    pub(super) log: f64,
    /// Mean over units, one per member.
    pub(super) centres: Vec<f64>,
    pub(super) weights: Vec<f64>,
    /// By unit. They add up to zero; their squares, summed per unit, give the
    /// variance whether or not all units have the same members.
    pub(super) influences: Vec<(u32, Influence)>,
    /// Units of each member.
    units: Vec<usize>,
}

impl WeightedMean {
    /// Weights should add up to 1.
    pub(super) fn new(members: Vec<Member>) -> Self {
        let mut influences = BTreeMap::<u32, Influence>::new();
        let mut centres = Vec::new();
        for (i, member) in members.iter().enumerate() {
            let n = member.units.len() as f64;
            let centre = member.units.iter().map(|(_, log)| log).sum::<f64>() / n;
            centres.push(centre);
            for &(unit, log) in &member.units {
                let moved = member.weight / n * (log - centre);
                influences.entry(unit).or_default().push((i, moved));
            }
        }
        let weights: Vec<f64> = members.iter().map(|m| m.weight).collect();
        let weighted = weights.iter().zip(&centres).map(|(w, c)| w * c);
        WeightedMean {
            log: weighted.sum(),
            centres,
            weights,
            influences: influences.into_iter().collect(),
            units: members.iter().map(|m| m.units.len()).collect(),
        }
    }

    /// Degrees of freedom between units and the factor that makes a sum of
    /// squared influences an unbiased variance; `None` below two units.
    pub(super) fn replication(&self) -> Option<(f64, f64)> {
        let fewest = self.units.iter().copied().min().unwrap_or(0);
        let n = fewest as f64;
        (fewest >= 2).then(|| (n - 1.0, n / (n - 1.0)))
    }

    /// By unit, the log-ratio over all members; without the units that lack a
    /// member.
    pub(super) fn by_unit(&self) -> Vec<(u32, f64)> {
        let is_whole = |unit: &&(u32, Influence)| unit.1.len() == self.weights.len();
        // A member's part in a mean over units is one of so many.
        let in_full = |(member, moved): &(usize, f64)| moved * self.units[*member] as f64;
        let log = |(unit, influence): &(u32, Influence)| {
            let distance: f64 = influence.iter().map(in_full).sum();
            (*unit, self.log + distance)
        };
        self.influences.iter().filter(is_whole).map(log).collect()
    }

    /// The estimate for these members, not for others like them.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        let (freedom, unbias) = self.replication()?;
        let moved = |influence: &Influence| influence.iter().map(|(_, u)| u).sum::<f64>();
        let squares = self.influences.iter().map(|(_, i)| moved(i).powi(2));
        Some(Estimate {
            log: self.log,
            error: (unbias * squares.sum::<f64>()).sqrt(),
            freedom,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_students_t_over_the_means_of_its_runs() {
        // Run means 1, 2 and 3: the median over blocks, the mean over processes.
        let runs = [
            vec![vec![0.0, 0.5, 90.0], vec![1.5]],
            vec![vec![2.0]],
            vec![vec![4.0, 2.0]],
        ];
        let estimate = Estimate::of_cell(&runs).unwrap();
        assert!((estimate.log - 2.0).abs() < 1e-12);
        assert!((estimate.error - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        let (lo, hi) = estimate.interval(ALPHA);
        let half = 4.302_653 / 3.0_f64.sqrt();
        assert!((hi - 2.0 - half).abs() < 1e-5 && (2.0 - lo - half).abs() < 1e-5);
        assert_eq!(Estimate::of_cell(&runs[..1]), None);
    }

    #[test]
    fn a_unit_that_lacks_a_member_says_nothing_of_the_whole() {
        let member = |units: &[(u32, f64)]| Member {
            weight: 0.5,
            units: units.to_vec(),
        };
        let means = WeightedMean::new(vec![
            member(&[(0, 1.0), (1, 2.0), (2, 3.0)]),
            member(&[(0, 3.0), (1, 6.0)]),
        ]);
        assert!((means.log - 3.25).abs() < 1e-12);
        let by_unit = means.by_unit();
        assert_eq!(by_unit.len(), 2);
        assert!((by_unit[0].1 - 2.0).abs() < 1e-12 && (by_unit[1].1 - 4.0).abs() < 1e-12);
    }

    #[test]
    fn error_probabilities_fit_the_interval() {
        let estimate = Estimate {
            log: 0.3,
            error: 0.1,
            freedom: 4.0,
        };
        let (lo, hi) = estimate.interval(ALPHA);
        assert!((estimate.p_above(lo) - ALPHA).abs() < 1e-9);
        assert!((estimate.p_below(hi) - ALPHA).abs() < 1e-9);
        assert_eq!((estimate.p_above(0.3), estimate.p_below(0.2)), (1.0, 1.0));
    }

    #[test]
    fn runs_that_agree_in_everything_leave_no_doubt() {
        let estimate = Estimate::of_cell(&[vec![vec![0.5]], vec![vec![0.5]]]).unwrap();
        assert_eq!(estimate.interval(1e-6), (0.5, 0.5));
        assert_eq!(estimate.p_above(0.4), 0.0);
    }
}
