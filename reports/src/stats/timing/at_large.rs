//! The toolchain as a level: what the modules at hand say about others.

use super::estimate::{Estimate, WeightedMean};

/// Widens an estimate for these modules into one for modules like them.
/// `cluster_of` gives each member's cluster, `0..clusters`: modules that are
/// alike, such as those of one toolchain. `None` with fewer than two clusters
/// or units.
///
/// The variance has two parts: how much the clusters differ, which already
/// contains the noise of each cluster's own mean, and what the clusters share
/// because the same runs measured them. The second is zero when every cluster
/// has runs of its own. Degrees of freedom after Satterthwaite.
pub(super) fn at_large(
    means: &WeightedMean,
    cluster_of: &[usize],
    clusters: usize,
) -> Option<Estimate> {
    let (freedom, unbias) = means.replication()?;
    if clusters < 2 {
        return None;
    }
    let mut weights = vec![0.0; clusters];
    let mut distances = vec![0.0; clusters];
    for (i, &cluster) in cluster_of.iter().enumerate() {
        weights[cluster] += means.weights[i];
        distances[cluster] += means.weights[i] * (means.centres[i] - means.log);
    }
    // What clusters of unequal weight are worth in equal ones (Kish): the
    // number of clusters where all weigh the same.
    let squares = sum_of_powers(&weights, 2);
    let freedom_between = 1.0 / squares - 1.0;
    let between = sum_of_powers(&distances, 2) / (1.0 - squares);

    let mut cross = 0.0;
    for (_, influence) in &means.influences {
        let mut by_cluster = vec![0.0; clusters];
        for &(member, u) in influence {
            by_cluster[cluster_of[member]] += u;
        }
        cross += by_cluster.iter().sum::<f64>().powi(2) - sum_of_powers(&by_cluster, 2);
    }
    let shared = (cross * unbias / (1.0 - squares)).max(0.0);

    let variance = between + shared;
    let freedom = if variance > 0.0 {
        variance * variance / (between * between / freedom_between + shared * shared / freedom)
    } else {
        freedom
    };
    Some(Estimate {
        log: means.log,
        error: variance.sqrt(),
        freedom,
    })
}

fn sum_of_powers(values: &[f64], power: i32) -> f64 {
    values.iter().map(|value| value.powi(power)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::estimate::{ALPHA, Member};
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, Normal};

    /// Modules of each toolchain, as in the wild tier.
    const TOOLCHAINS: [usize; 9] = [3, 2, 2, 1, 1, 1, 1, 1, 1];
    const RUNS: u32 = 8;
    const TRUTH: f64 = 0.1;

    /// Standard deviations of what toolchains, modules, runs, and runs of one
    /// module differ by.
    #[derive(Clone, Copy)]
    struct Spread {
        toolchain: f64,
        module: f64,
        run: f64,
        cell: f64,
    }

    /// Share of 2,000 experiments whose interval contains the truth.
    fn coverage(spread: Spread) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut normal = |sd: f64| {
            let u = (f64::from(rng.next_u32()) + 0.5) / 2f64.powi(32);
            sd * Normal::standard().inverse_cdf(u)
        };
        let cluster_of = TOOLCHAINS.iter().enumerate();
        let cluster_of = cluster_of.flat_map(|(toolchain, n)| vec![toolchain; *n]);
        let cluster_of: Vec<usize> = cluster_of.collect();
        let mut hits = 0;
        for _ in 0..2000 {
            let runs: Vec<f64> = (0..RUNS).map(|_| normal(spread.run)).collect();
            let toolchains: Vec<f64> = TOOLCHAINS
                .iter()
                .map(|_| normal(spread.toolchain))
                .collect();
            let member = |cluster: &usize| {
                let module = TRUTH + toolchains[*cluster] + normal(spread.module);
                let units = runs.iter().map(|run| module + run + normal(spread.cell));
                Member {
                    weight: 1.0 / cluster_of.len() as f64,
                    units: (0u32..).zip(units).collect(),
                }
            };
            let means = WeightedMean::new(cluster_of.iter().map(member).collect());
            let estimate = at_large(&means, &cluster_of, TOOLCHAINS.len()).unwrap();
            let (lo, hi) = estimate.interval(ALPHA);
            hits += i32::from(lo <= TRUTH && TRUTH <= hi);
        }
        f64::from(hits) / 2000.0
    }

    #[test]
    fn intervals_for_modules_at_large_contain_the_truth() {
        println!("covered  toolchain sd  module sd  run sd  run sd of a module");
        for (toolchain, module, run, cell) in [
            (0.20, 0.05, 0.05, 0.02),
            (0.10, 0.10, 0.05, 0.02),
            (0.00, 0.20, 0.05, 0.02),
            (0.05, 0.05, 0.05, 0.02),
            (0.20, 0.05, 0.00, 0.02),
            (0.00, 0.00, 0.05, 0.02),
        ] {
            let covered = coverage(Spread {
                toolchain,
                module,
                run,
                cell,
            });
            println!(
                "{:5.1} %  {toolchain:12.2}  {module:9.2}  {run:6.2}  {cell:6.2}",
                100.0 * covered
            );
            assert!(
                (0.93..=0.97).contains(&covered),
                "{covered} for {toolchain}, {module}, {run}"
            );
        }
    }

    #[test]
    fn equal_clusters_without_noise_are_students_t_over_their_means() {
        let member = |log: f64| Member {
            weight: 0.25,
            units: vec![(0, log), (1, log)],
        };
        let means = [0.0, 0.2, 0.2, 0.4].map(member);
        let estimate = at_large(&WeightedMean::new(means.into()), &[0, 1, 2, 3], 4).unwrap();
        assert!((estimate.log - 0.2).abs() < 1e-12);
        assert!((estimate.error - (0.08_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
        assert!((estimate.freedom - 3.0).abs() < 1e-9);
    }
}
