//! Logarithmic axes for ratios.

use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::Ranged;

/// How far from 1 an axis of ratios reaches. The interval of two runs may end
/// at any distance, 0 included; it is then drawn to the end of the axis.
const FURTHEST: f64 = 1000.0;

/// A logarithmic axis that covers some values, with round ticks.
pub(super) struct LogAxis {
    coord: LogCoord<f64>,
    /// Its ends.
    range: (f64, f64),
    /// Where it is marked, ascending.
    pub(super) ticks: Vec<f64>,
}

impl LogAxis {
    /// Covers all ratios that are not too far out and 1, with a margin of 6 % on
    /// either side.
    pub(super) fn over(ratios: impl IntoIterator<Item = f64>, most_ticks: usize) -> LogAxis {
        let ratios = ratios
            .into_iter()
            .map(|ratio| ratio.clamp(1.0 / FURTHEST, FURTHEST));
        LogAxis::spanning(ratios.chain([0.9, 1.1]), most_ticks)
    }

    /// Covers all values, which are above 0, with the same margin.
    pub(super) fn spanning(values: impl IntoIterator<Item = f64>, most_ticks: usize) -> LogAxis {
        let ends = |(lo, hi): (f64, f64), v: f64| (lo.min(v), hi.max(v));
        let (lo, hi) = values.into_iter().fold((f64::INFINITY, 0.0), ends);
        let margin = (hi / lo).powf(0.06);
        let (lo, hi) = (lo / margin, hi * margin);
        LogAxis {
            coord: (lo..hi).log_scale().into(),
            range: (lo, hi),
            ticks: ticks(lo, hi, most_ticks),
        }
    }

    /// Pixel of a value when the axis runs from `start` to `end`; an end of the
    /// axis for what lies beyond.
    pub(super) fn at(&self, value: f64, start: i32, end: i32) -> i32 {
        let (lo, hi) = self.range;
        self.coord.map(&value.clamp(lo, hi), (start, end))
    }
}

/// The finest of the usual subdivisions that has no more than `most` ticks.
fn ticks(lo: f64, hi: f64, most: usize) -> Vec<f64> {
    let decades = |steps: &'static [f64]| {
        let (first, last) = (lo.log10().floor() as i32, hi.log10().ceil() as i32);
        let all = (first..=last).flat_map(move |e| steps.iter().map(move |s| s * 10f64.powi(e)));
        all.filter(move |v| (lo..=hi).contains(v))
            .collect::<Vec<_>>()
    };
    let finer: [&'static [f64]; 5] = [
        &[
            1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0,
        ],
        &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
        &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
        &[1.0, 2.0, 5.0],
        &[1.0],
    ];
    let mut tried = finer.into_iter().map(decades);
    tried.find(|t| t.len() <= most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_inside_and_few() {
        for (lo, hi) in [(0.9, 1.2), (0.02, 1.3), (0.5, 4.0), (1e-4, 30.0)] {
            let t = ticks(lo, hi, 8);
            assert!((2..=8).contains(&t.len()), "{lo}..{hi}: {t:?}");
            assert!(t.iter().all(|v| (lo..=hi).contains(v)));
        }
    }

    #[test]
    fn an_axis_covers_its_values_and_one() {
        let axis = LogAxis::over([0.1, 0.5], 8);
        let (low, one) = (axis.at(0.1, 0, 100), axis.at(1.0, 0, 100));
        assert!(0 < low && low < one && one < 100);
    }

    #[test]
    fn an_interval_without_end_is_drawn_to_the_end_of_the_axis() {
        let axis = LogAxis::over([0.0, 0.5, 1e12], 8);
        assert!(!axis.ticks.is_empty());
        assert_eq!((axis.at(0.0, 0, 100), axis.at(1e12, 0, 100)), (0, 100));
    }
}
