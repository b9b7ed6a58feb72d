//! Two folders' means over runs against each other (Welch, Biometrika 1947).

use crate::stats::timing::{ALPHA, ENOUGH_MACHINES, Estimate, t_quantile};

/// How far whole runs of the same program lie apart: the standard deviation of
/// the log-ratio of a scheme over all modules, hot, in six full runs.
pub const RUN_SD: f64 = 0.055;

/// Degrees of freedom of [`RUN_SD`]: it is known from six runs.
const RUN_SD_FREEDOM: f64 = 5.0;

/// With fewer runs than this a folder cannot say how far its runs lie apart,
/// and [`RUN_SD`] says so, unless they lie further apart.
pub const ENOUGH_RUNS: usize = 3;

/// A mean over the runs of one folder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RunMean {
    pub(super) runs: usize,
    log: f64,
    /// Standard error and its degrees of freedom.
    error: f64,
    freedom: f64,
    /// Variance of what all runs of the folder have in common and another day has not.
    level: f64,
}

impl RunMean {
    /// From a row: its ratio, its interval over runs and how many there are.
    /// `are_apart` says that the other folder is of another day or machine.
    pub(super) fn new(
        ratio: f64,
        interval: Option<(f64, f64)>,
        runs: usize,
        machines: usize,
        are_apart: bool,
    ) -> RunMean {
        // What the interval is over; see `Unit` in the statistics.
        let units = if machines >= ENOUGH_MACHINES {
            machines
        } else {
            runs
        };
        let freedom = units as f64 - 1.0;
        let half_width = interval.map_or(0.0, |(lo, hi)| (hi / lo).ln() / 2.0);
        let seen = match half_width {
            0.0 => 0.0,
            half_width => half_width / t_quantile(ALPHA, freedom),
        };
        let (error, freedom) = if units >= ENOUGH_RUNS {
            (seen, freedom)
        } else {
            let stated = RUN_SD / (units.max(1) as f64).sqrt();
            (seen.max(stated), RUN_SD_FREEDOM)
        };
        // With fewer runs it is stated already, and between machines it is seen.
        let is_unseen = are_apart && units >= ENOUGH_RUNS && machines < ENOUGH_MACHINES;
        RunMean {
            runs,
            log: ratio.ln(),
            error,
            freedom,
            level: if is_unseen { RUN_SD * RUN_SD } else { 0.0 },
        }
    }

    /// Whether the spread between runs is known from the runs themselves.
    pub(super) fn is_known(&self) -> bool {
        self.runs >= ENOUGH_RUNS
    }
}

/// How far the second mean lies above the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Welch(pub(super) Estimate);

impl Welch {
    pub(super) fn of(a: RunMean, b: RunMean) -> Welch {
        let parts = [a, b].map(|mean| (mean.error * mean.error, mean.freedom));
        let levels = [a, b].map(|mean| (mean.level, RUN_SD_FREEDOM));
        let parts = || parts.into_iter().chain(levels);
        let variance: f64 = parts().map(|(square, _)| square).sum();
        let shares: f64 = parts()
            .map(|(square, freedom)| square * square / freedom)
            .sum();
        Welch(Estimate {
            log: b.log - a.log,
            error: variance.sqrt(),
            freedom: if variance > 0.0 {
                variance * variance / shares
            } else {
                a.freedom.min(b.freedom)
            },
        })
    }

    /// Error probability of a difference, in either direction.
    pub(super) fn p(&self) -> f64 {
        self.0.p_above(0.0).min(self.0.p_below(0.0))
    }

    /// The least change that is told from none among so many rows.
    pub(super) fn detectable(&self, rows: usize) -> f64 {
        let alpha = ALPHA / rows.max(1) as f64;
        let (_, hi) = self.0.interval(alpha);
        (hi - self.0.log).exp_m1()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of so many runs whose means have this standard deviation.
    fn mean(ratio: f64, sd: f64, runs: usize) -> RunMean {
        let half = t_quantile(ALPHA, runs as f64 - 1.0) * sd / (runs as f64).sqrt();
        let interval = (ratio * (-half).exp(), ratio * half.exp());
        RunMean::new(ratio, (runs > 1).then_some(interval), runs, 1, false)
    }

    #[test]
    fn the_spread_between_runs_is_read_back_from_the_interval() {
        let eight = mean(0.7, 0.02, 8);
        assert!((eight.error - 0.02 / 8f64.sqrt()).abs() < 1e-9);
        assert_eq!((eight.freedom, eight.is_known()), (7.0, true));
        let welch = Welch::of(eight, eight).0;
        assert!((welch.freedom - 14.0).abs() < 1e-9 && welch.log == 0.0);
    }

    #[test]
    fn one_run_is_taken_to_be_as_far_off_as_runs_are() {
        let (one, two) = (mean(0.7, 0.0, 1), mean(0.7, 0.001, 2));
        assert_eq!((one.error, one.is_known()), (RUN_SD, false));
        assert!((two.error - RUN_SD / 2f64.sqrt()).abs() < 1e-12);
        let welch = Welch::of(one, mean(0.77, 0.0, 1));
        assert!(welch.p() > 0.05, "a tenth is within what runs differ by");
        assert!(Welch::of(one, mean(0.9, 0.0, 1)).p() < 0.05);
    }

    #[test]
    fn another_day_is_another_level() {
        let (then, now) = (mean(0.888, 0.003, 9), mean(1.024, 0.006, 9));
        assert!(Welch::of(then, now).p() < 1e-6);
        let level = RUN_SD * RUN_SD;
        let [then, now] = [then, now].map(|mean| RunMean { level, ..mean });
        assert!(Welch::of(then, now).p() > 0.05);
    }

    #[test]
    fn more_runs_can_tell_less_apart() {
        let few = Welch::of(mean(1.0, 0.05, 3), mean(1.0, 0.05, 3));
        let many = Welch::of(mean(1.0, 0.05, 12), mean(1.0, 0.05, 12));
        assert!(many.detectable(10) < few.detectable(10) / 2.0);
        assert!(many.detectable(1) < many.detectable(10));
    }
}
