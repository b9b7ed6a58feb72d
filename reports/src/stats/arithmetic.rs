//! The arithmetic that several of the statistics share.

/// Geometric mean of positive values; none without any.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut logs, mut n) = (0.0, 0usize);
    for value in values {
        logs += value.ln();
        n += 1;
    }
    (n > 0).then(|| (logs / n as f64).exp())
}

/// The least of the ascending values that at least the share `q` of them do
/// not exceed.
pub(crate) fn quantile(ascending: &[f64], q: f64) -> f64 {
    let rank = (q * ascending.len() as f64).ceil() as usize;
    ascending[rank.clamp(1, ascending.len()) - 1]
}

/// Median of an ascending slice; NaN when it is empty.
pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => f64::NAN,
        n => f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]),
    }
}

/// Rounds to some decimals. Further digits are noise and make CSV files hard
/// to read.
pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

/// 95 % interval of a share (Wilson, JASA 1927).
pub fn wilson(count: u64, trials: u64) -> (f64, f64) {
    /// The normal distribution's two-sided 95 % point.
    const Z: f64 = 1.959_963_984_540_054;
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (trials as f64, count as f64 / trials as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (
        ((middle - half) / whole).max(0.0),
        ((middle + half) / whole).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_geometric_and_weigh_each_value_once() {
        let mean = geometric_mean([0.25, 1.0]).unwrap();
        assert!((mean - 0.5).abs() < 1e-12, "{mean}");
        assert_eq!(geometric_mean([]), None);
    }

    #[test]
    fn quantiles_are_values_that_occur() {
        let v = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(
            [0.0, 0.25, 0.5, 0.75, 1.0].map(|q| quantile(&v, q)),
            [1.0, 1.0, 2.0, 3.0, 4.0]
        );
    }

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median_of_sorted(&[1.0, 2.0, 9.0]), 2.0);
        assert_eq!(median_of_sorted(&[1.0, 2.0, 4.0, 9.0]), 3.0);
        assert!(median_of_sorted(&[]).is_nan());
    }

    #[test]
    fn the_interval_is_wilsons() {
        let (lo, hi) = wilson(10, 100);
        assert!(
            (lo - 0.0552).abs() < 1e-4 && (hi - 0.1744).abs() < 1e-4,
            "{lo} {hi}"
        );
        assert!(wilson(0, 50).0 < 1e-12);
        assert!(wilson(50, 50).1 > 0.999_999);
    }
}
