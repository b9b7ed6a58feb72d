//! How sure a geometric-mean ratio is: processes resampled, then the blocks
//! within them, and the spread studentised.
//!
//! The process is the unit of replication. Blocks of one process share its
//! memory layout, so they cannot vouch for one another. A plain two-level
//! percentile bootstrap counts block noise twice (once in the spread between
//! processes, which contains it, and once in the second level) and comes out
//! too wide; dividing every resample by its own standard error cancels that.
//! METHODOLOGY.md compares the coverage of the candidates.

use super::median::{MedianTable, median_of_sorted};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::BTreeMap;

/// Error probability of an unadjusted verdict and its interval.
pub const ALPHA: f64 = 0.05;

/// Resamples per interval. One below 2,000, so that the 95 % point is an
/// order statistic.
pub const RESAMPLES: usize = 1999;

/// With fewer processes than this, resampling sees too few of them and
/// Student's t on the process medians takes over.
pub const FEW_PROCESSES: usize = 10;

/// A mean log-ratio and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Natural logarithm of the ratio.
    pub log: f64,
    /// How far the interval reaches either side of `log`.
    pub half_width: f64,
    /// Degrees of freedom of the t distribution that carries the half-width
    /// to levels the resamples are too few for.
    pub freedom: f64,
}

impl Estimate {
    /// Estimates one cell from its log-ratios, `blocks[process][block]`.
    /// `None` with fewer than two processes: one process cannot tell its own
    /// effect from the scheme's.
    pub fn of_cell(blocks: &[Vec<f64>], seed: [u8; 32]) -> Option<Estimate> {
        let mut sorted = blocks.to_vec();
        sorted.retain(|process| !process.is_empty());
        for process in &mut sorted {
            process.sort_unstable_by(f64::total_cmp);
        }
        let cell = Member {
            weight: 1.0,
            processes: (0u32..).zip(sorted.iter().map(Vec::as_slice)).collect(),
        };
        WeightedMean::new(vec![cell]).estimate(seed)
    }

    /// Lower and upper end, as log-ratios, at an error probability.
    pub fn interval(&self, alpha: f64) -> (f64, f64) {
        let scale = t_quantile(alpha, self.freedom) / t_quantile(ALPHA, self.freedom);
        (
            self.log - self.half_width * scale,
            self.log + self.half_width * scale,
        )
    }

    /// How far the 95 % interval reaches from no difference, as a log-ratio.
    pub fn extent(&self) -> f64 {
        self.log.abs() + self.half_width
    }

    /// The error probability at which the interval just clears `limit` from
    /// above; 1 when the estimate itself is not above it.
    pub fn p_above(&self, limit: f64) -> f64 {
        if self.log <= limit {
            return 1.0;
        }
        let t = (self.log - limit) / self.half_width * t_quantile(ALPHA, self.freedom);
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
pub(super) fn t_quantile(alpha: f64, freedom: f64) -> f64 {
    students_t(freedom).map_or(f64::INFINITY, |d| d.inverse_cdf(1.0 - alpha / 2.0))
}

/// What one cell adds to a mean: its weight and, by process, the ascending
/// log-ratios of the blocks.
pub(super) struct Member<'a> {
    pub(super) weight: f64,
    pub(super) processes: Vec<(u32, &'a [f64])>,
}

/// A weighted mean of members, taken apart into what each process contributes.
pub(super) struct WeightedMean<'a> {
    pub(super) log: f64,
    /// Mean over processes of the median over blocks, one per member.
    pub(super) centres: Vec<f64>,
    processes: Vec<Vec<Part<'a>>>,
    fewest_processes: usize,
}

/// One process's blocks of one member.
struct Part<'a> {
    member: usize,
    weight: f64,
    centre: f64,
    blocks: &'a [f64],
}

impl Part<'_> {
    /// What a median moves the mean by. Over all parts these sum to zero;
    /// their squares, summed per process, give the variance whether or not
    /// the processes measured the same members.
    fn influence(&self, median: f64) -> f64 {
        self.weight * (median - self.centre)
    }
}

impl<'a> WeightedMean<'a> {
    /// Weights should add up to 1.
    pub(super) fn new(members: Vec<Member<'a>>) -> Self {
        let mut processes = BTreeMap::<u32, Vec<Part<'a>>>::new();
        let mut centres = Vec::new();
        let mut log = 0.0;
        let fewest_processes = members.iter().map(|m| m.processes.len()).min().unwrap_or(0);
        for (i, member) in members.iter().enumerate() {
            let n = member.processes.len() as f64;
            let medians = member
                .processes
                .iter()
                .map(|(_, blocks)| median_of_sorted(blocks));
            let centre = medians.sum::<f64>() / n;
            log += member.weight * centre;
            centres.push(centre);
            for &(id, blocks) in &member.processes {
                let weight = member.weight / n;
                processes.entry(id).or_default().push(Part {
                    member: i,
                    weight,
                    centre,
                    blocks,
                });
            }
        }
        WeightedMean {
            log,
            centres,
            processes: processes.into_values().collect(),
            fewest_processes,
        }
    }

    /// By process, what it moves the mean by through each member.
    pub(super) fn influences(&self) -> impl Iterator<Item = Vec<(usize, f64)>> {
        let of_part = |p: &Part| (p.member, p.influence(median_of_sorted(p.blocks)));
        self.processes
            .iter()
            .map(move |parts| parts.iter().map(of_part).collect())
    }

    /// Degrees of freedom between processes and the factor that makes a sum
    /// of squared influences an unbiased variance; `None` below two processes.
    pub(super) fn replication(&self) -> Option<(f64, f64)> {
        let n = self.fewest_processes as f64;
        (self.fewest_processes >= 2).then(|| (n - 1.0, n / (n - 1.0)))
    }

    /// The interval over processes for these members, not for others like them.
    pub(super) fn estimate(&self, seed: [u8; 32]) -> Option<Estimate> {
        let (freedom, unbias) = self.replication()?;
        let squared = |parts: Vec<(usize, f64)>| parts.iter().map(|(_, u)| u).sum::<f64>().powi(2);
        let standard_error = (unbias * self.influences().map(squared).sum::<f64>()).sqrt();
        let quantile = if standard_error == 0.0 {
            0.0
        } else if self.fewest_processes < FEW_PROCESSES {
            t_quantile(ALPHA, freedom)
        } else {
            self.studentised(unbias, seed)
        };
        Some(Estimate {
            log: self.log,
            half_width: quantile * standard_error,
            freedom,
        })
    }

    /// The 95 % point of |t| over two-level resamples. Symmetric, because the
    /// one-sided points of the same t covered worse.
    fn studentised(&self, unbias: f64, seed: [u8; 32]) -> f64 {
        let mut tables = BTreeMap::new();
        for n in self.processes.iter().flatten().map(|p| p.blocks.len()) {
            tables.entry(n).or_insert_with(|| MedianTable::new(n));
        }
        let with_tables = self.processes.iter();
        let with_tables = with_tables.map(|p| p.iter().map(|p| (p, &tables[&p.blocks.len()])));
        let processes: Vec<Vec<(&Part, &MedianTable)>> =
            with_tables.map(Iterator::collect).collect();

        let mut rng = ChaCha8Rng::from_seed(seed);
        let mut resample = || {
            let n = processes.len();
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..n {
                let pick = (u64::from(rng.next_u32()) * n as u64) >> 32;
                let mut u = 0.0;
                for (part, table) in &processes[pick as usize] {
                    u += part.influence(table.draw(part.blocks, rng.next_u32()));
                }
                sum += u;
                squares += u * u;
            }
            let spread = (squares - sum * sum / n as f64).max(0.0);
            let t = sum.abs() / (unbias * spread).sqrt();
            // Only identical values drawn: no spread, no t.
            if t.is_nan() { 0.0 } else { t }
        };
        let mut ts: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect();
        let rank = ((RESAMPLES + 1) as f64 * (1.0 - ALPHA)).round() as usize;
        *ts.select_nth_unstable_by(rank - 1, f64::total_cmp).1
    }
}
