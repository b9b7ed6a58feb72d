//! The bootstrap median of a few blocks, drawn from its exact distribution.
//!
//! Resampling `n` sorted values and taking the median always lands on one of
//! them (odd `n`) or half-way between two (even `n`); which ones depends on
//! `n` alone. One random number and this table replace `n` draws and a sort,
//! which is what makes thousands of cells affordable.

use statrs::function::beta::beta_reg;
use statrs::function::factorial::ln_binomial;

/// Median of an ascending slice; NaN when it is empty.
pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => f64::NAN,
        n => f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]),
    }
}

/// Which two order statistics a resample of `n` values has in its middle.
#[derive(Debug)]
pub(super) struct MedianTable {
    /// Upper end of each pair's share of `0..=u32::MAX`, ascending.
    ends: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    /// Where to start looking, by the random number's highest byte.
    starts: Vec<usize>,
}

impl MedianTable {
    /// The table for samples of `n` values, `n` at least 1.
    pub(super) fn new(n: usize) -> Self {
        let mut table = MedianTable {
            ends: Vec::new(),
            pairs: Vec::new(),
            starts: Vec::new(),
        };
        let mut total = 0.0;
        for i in 1..=n {
            let mut same = rank_cdf(n, i) - rank_cdf(n, i - 1);
            let later: Vec<f64> = (i + 1..=n).map(|j| straddle(n, i, j)).collect();
            same -= later.iter().sum::<f64>();
            for (k, p) in std::iter::once(same).chain(later).enumerate() {
                total += p;
                table.add(total, (i - 1, i - 1 + k));
            }
        }
        if let Some(last) = table.ends.last_mut() {
            *last = u32::MAX;
        }
        let start = |byte: u32| table.ends.partition_point(|&end| end < byte << 24);
        table.starts = (0..=0xff).map(start).collect();
        table
    }

    /// Leaves out pairs too rare for 32 bits to ever choose.
    fn add(&mut self, total: f64, (i, j): (usize, usize)) {
        let end = (total * f64::from(u32::MAX)).round() as u32;
        if end > self.ends.last().copied().unwrap_or(0) {
            self.ends.push(end);
            self.pairs.push((i as u32, j as u32));
        }
    }

    /// The resampled median of the ascending values the table was made for.
    pub(super) fn draw(&self, sorted: &[f64], random: u32) -> f64 {
        let mut k = self.starts[(random >> 24) as usize];
        while self.ends[k] < random {
            k += 1;
        }
        let (i, j) = self.pairs[k];
        f64::midpoint(sorted[i as usize], sorted[j as usize])
    }
}

/// Probability that the lower middle value of a resample is among the `i`
/// smallest of `n`.
fn rank_cdf(n: usize, i: usize) -> f64 {
    let rank = n.div_ceil(2);
    match i {
        0 => 0.0,
        i if i == n => 1.0,
        _ => beta_reg(rank as f64, (n - rank + 1) as f64, i as f64 / n as f64),
    }
}

/// Probability that the two middle values of a resample are the `i`th and,
/// further up, the `j`th of `n`: half the draws at or below `i`, the other
/// half at or above `j`, both touched. Never happens for odd `n`.
fn straddle(n: usize, i: usize, j: usize) -> f64 {
    if n % 2 == 1 {
        return 0.0;
    }
    let half = (n / 2) as f64;
    let touched = |k: usize| {
        let share = |k: usize| k as f64 / n as f64;
        // In logarithms: the binomial below overflows for a thousand blocks.
        half * share(k).ln() + (-((k as f64 - 1.0) / k as f64).powf(half)).ln_1p()
    };
    (ln_binomial(n as u64, n as u64 / 2) + touched(i) + touched(n - j + 1)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Every resample of `n` values, counted by brute force.
    fn enumerate(n: usize) -> Vec<((usize, usize), f64)> {
        let mut counts = std::collections::BTreeMap::new();
        let all = n.pow(n as u32);
        for code in 0..all {
            let mut digits: Vec<usize> = (0..n).map(|d| code / n.pow(d as u32) % n).collect();
            digits.sort_unstable();
            *counts
                .entry((digits[(n - 1) / 2], digits[n / 2]))
                .or_insert(0.0) += 1.0 / all as f64;
        }
        counts.into_iter().collect()
    }

    #[test]
    fn shares_equal_those_of_all_resamples() {
        for n in 1..=7 {
            let table = MedianTable::new(n);
            let expected = enumerate(n);
            let pairs: Vec<_> = expected
                .iter()
                .map(|(p, _)| (p.0 as u32, p.1 as u32))
                .collect();
            assert_eq!(table.pairs, pairs, "n = {n}");
            let mut start = 0;
            for (&end, (pair, share)) in table.ends.iter().zip(&expected) {
                let got = f64::from(end - start) / f64::from(u32::MAX);
                assert!(
                    (got - share).abs() < 1e-8,
                    "n = {n}, {pair:?}: {got} for {share}"
                );
                start = end;
            }
        }
    }

    #[test]
    fn draws_spread_like_resampled_medians_for_many_blocks() {
        for n in [40, 41, 1500] {
            let sorted: Vec<f64> = (0..n).map(|i| i as f64 / n as f64).collect();
            let table = MedianTable::new(n);
            let mut rng = ChaCha8Rng::seed_from_u64(n as u64);
            let spread = |medians: Vec<f64>| medians.iter().map(|m| (m - 0.5).powi(2)).sum::<f64>();
            let fast = (0..4000)
                .map(|_| table.draw(&sorted, rng.next_u32()))
                .collect();
            let fast = spread(fast);
            let resample = |_| {
                let pick = |_| sorted[rng.next_u32() as usize % n];
                let mut values: Vec<f64> = (0..n).map(pick).collect();
                values.sort_unstable_by(f64::total_cmp);
                median_of_sorted(&values)
            };
            let slow = spread((0..4000).map(resample).collect());
            assert!(
                (fast / slow - 1.0).abs() < 0.1,
                "n = {n}: {fast} for {slow}"
            );
        }
    }
}
