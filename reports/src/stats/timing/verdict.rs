//! What may be said about a ratio: `faster`, `slower`, `same`, `inconclusive`.

use super::estimate::{ALPHA, Estimate};
use crate::results::Verdict;

/// The equivalence band never gets narrower than this log-ratio: below one
/// per cent the choice of a scheme does not hang on its speed.
pub const BAND_FLOOR: f64 = 0.01;

/// No run is so noisy that a difference beyond this log-ratio may be called
/// `same`; nor is a run sound whose A/A control reaches further. The
/// control slowed by 5 % lies outside.
pub const BAND_CEILING: f64 = 0.03;

/// Log-ratios this close to zero are not told apart from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    /// Differences must lie beyond this.
    pub(super) differs: f64,
    /// Equality must lie within this. Noise widens `differs` without limit
    /// but never makes it easier to call two schemes the same.
    pub(super) same: f64,
}

impl Band {
    /// The band that goes with how far the A/A interval reaches from zero.
    pub(super) fn from_again(extent: f64) -> Band {
        let differs = extent.max(BAND_FLOOR);
        Band {
            differs,
            same: differs.min(BAND_CEILING),
        }
    }

    /// The fixed band that the A/A control itself has to keep within: its own
    /// reach cannot be its yardstick.
    pub(super) fn for_again() -> Band {
        Band {
            differs: BAND_CEILING,
            same: BAND_CEILING,
        }
    }
}

/// What an estimate says against a band, with the error probabilities at
/// which its interval just says so; 1 when nothing is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Finding {
    /// `Faster` or `Slower`, should there be a difference.
    direction: Verdict,
    /// Of a difference, before any correction.
    pub(super) p: f64,
    p_same: f64,
}

impl Finding {
    /// Weighs an estimate against a band. Without either nothing is claimed.
    pub(super) fn new(estimate: Option<Estimate>, band: Option<Band>) -> Finding {
        let (Some(e), Some(band)) = (estimate, band) else {
            return Finding {
                direction: Verdict::Inconclusive,
                p: 1.0,
                p_same: 1.0,
            };
        };
        let (faster, slower) = (e.p_below(-band.differs), e.p_above(band.differs));
        Finding {
            direction: if faster < slower {
                Verdict::Faster
            } else {
                Verdict::Slower
            },
            p: faster.min(slower),
            p_same: e.p_above(-band.same).max(e.p_below(band.same)),
        }
    }

    /// The verdict when `p` has been adjusted to `adjusted`. Only differences
    /// are adjusted: looking at many schemes turns up false differences, but
    /// nobody searches a family for the one scheme that is the same.
    pub(super) fn verdict(&self, adjusted: f64) -> Verdict {
        if adjusted <= ALPHA {
            self.direction
        } else if self.p_same <= ALPHA {
            Verdict::Same
        } else {
            Verdict::Inconclusive
        }
    }
}

/// Holm's step-down correction: `ps` adjusted so that comparing each with
/// `ALPHA` errs anywhere in the family with at most that probability.
pub(crate) fn holm(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|&a, &b| ps[a].total_cmp(&ps[b]));
    let mut adjusted = vec![1.0; ps.len()];
    let mut floor = 0.0f64;
    for (rank, &i) in order.iter().enumerate() {
        floor = floor.max(ps[i] * (ps.len() - rank) as f64).min(1.0);
        adjusted[i] = floor;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::super::estimate::t_quantile;
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, StudentsT};

    const FREEDOM: f64 = 29.0;

    fn estimate(log: f64, half_width: f64) -> Option<Estimate> {
        Some(Estimate {
            log,
            error: half_width / t_quantile(ALPHA, FREEDOM),
            freedom: FREEDOM,
        })
    }

    fn verdict(log: f64, half_width: f64, again: f64) -> Verdict {
        let finding = Finding::new(estimate(log, half_width), Some(Band::from_again(again)));
        finding.verdict(finding.p)
    }

    #[test]
    fn the_whole_interval_decides() {
        assert_eq!(verdict(0.05, 0.019, 0.03), Verdict::Slower);
        assert_eq!(verdict(0.05, 0.021, 0.03), Verdict::Inconclusive);
        assert_eq!(verdict(-0.05, 0.019, 0.03), Verdict::Faster);
        assert_eq!(verdict(0.01, 0.009, 0.02), Verdict::Same);
        assert_eq!(verdict(0.01, 0.011, 0.02), Verdict::Inconclusive);
        assert_eq!(verdict(0.0, 0.009, 0.0), Verdict::Same, "the floor holds");
    }

    #[test]
    fn noise_never_makes_same_easier() {
        assert_eq!(verdict(0.04, 0.02, 0.10), Verdict::Inconclusive);
        assert_eq!(verdict(0.04, 0.02, 0.01), Verdict::Slower);
    }

    #[test]
    fn nothing_known_is_inconclusive() {
        for (estimate, band) in [(None, Some(Band::for_again())), (estimate(0.5, 0.01), None)] {
            let finding = Finding::new(estimate, band);
            assert_eq!(finding.verdict(finding.p), Verdict::Inconclusive);
        }
    }

    #[test]
    fn holm_as_in_the_textbook() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (got, want) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - want).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[]), Vec::<f64>::new());
    }

    /// The hardest case for a family: every ratio lies just at the edge of
    /// the band, where a claim of a difference is false.
    #[test]
    fn holm_keeps_a_family_honest() {
        let t = StudentsT::new(0.0, 1.0, FREEDOM).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(10431);
        let band = Band::from_again(0.02);
        let (mut plain, mut adjusted) = (0, 0);
        for _ in 0..2000 {
            let draw = |_| {
                let u = (f64::from(rng.next_u32()) + 0.5) / 2f64.powi(32);
                let log = band.differs + 0.01 * t.inverse_cdf(u);
                Finding::new(estimate(log, 0.01 * t.inverse_cdf(0.975)), Some(band)).p
            };
            let ps: Vec<f64> = (0..10).map(draw).collect();
            plain += i32::from(ps.iter().any(|p| *p <= ALPHA));
            adjusted += i32::from(holm(&ps).iter().any(|p| *p <= ALPHA));
        }
        assert!(
            adjusted <= 100,
            "{adjusted} of 2000 families hold a false claim"
        );
        assert!(
            plain > 300,
            "only {plain} without the correction: this shows nothing"
        );
    }
}
