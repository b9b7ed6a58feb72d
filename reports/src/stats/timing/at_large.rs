//! The module as a level: what the modules at hand say about others.

use super::bootstrap::{ALPHA, Estimate, WeightedMean, t_quantile};

/// Widens an estimate for these modules into one for modules like them.
/// `module_of` gives each member's module, `0..modules`. `None` with fewer than
/// two modules or processes.
///
/// The variance has two parts: how much the modules differ, which already
/// contains the noise of each module's own mean, and what the modules share
/// because the same processes measured them. The second is zero when every
/// module has processes of its own. Degrees of freedom after Satterthwaite.
pub(super) fn at_large(
    means: &WeightedMean,
    module_of: &[usize],
    modules: usize,
) -> Option<Estimate> {
    let (freedom, unbias) = means.replication()?;
    if modules < 2 {
        return None;
    }
    let n = modules as f64;
    let mut members = vec![0.0; modules];
    let mut sums = vec![0.0; modules];
    for (&module, centre) in module_of.iter().zip(&means.centres) {
        members[module] += 1.0;
        sums[module] += centre;
    }
    let module_means = sums.iter().zip(&members).map(|(sum, n)| sum / n);
    let squares: f64 = module_means.map(|m| (m - means.log).powi(2)).sum();
    let between = squares / (n - 1.0) / n;

    let mut cross = 0.0;
    for process in means.influences() {
        let mut by_module = vec![0.0; modules];
        for (member, u) in process {
            by_module[module_of[member]] += u;
        }
        let own: f64 = by_module.iter().map(|u| u * u).sum();
        cross += by_module.iter().sum::<f64>().powi(2) - own;
    }
    let shared = (cross * unbias * n / (n - 1.0)).max(0.0);

    let variance = between + shared;
    let freedom = if variance > 0.0 {
        variance * variance / (between * between / (n - 1.0) + shared * shared / freedom)
    } else {
        freedom
    };
    Some(Estimate {
        log: means.log,
        half_width: t_quantile(ALPHA, freedom) * variance.sqrt(),
        freedom,
    })
}

#[cfg(test)]
mod tests {
    use super::super::bootstrap::Member;
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, Normal};

    const MODULES: usize = 8;
    const PROCESSES: u32 = 30;
    const TRUTH: f64 = 0.1;

    /// Share of 2,000 experiments whose interval contains the truth; each
    /// process measures every module (`crossed`) or one module alone.
    fn coverage(module_sd: f64, shared_sd: f64, crossed: bool) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut normal = |sd: f64| {
            let u = (f64::from(rng.next_u32()) + 0.5) / 2f64.powi(32);
            sd * Normal::standard().inverse_cdf(u)
        };
        let mut hits = 0;
        for _ in 0..2000 {
            let shared: Vec<f64> = (0..PROCESSES).map(|_| normal(shared_sd)).collect();
            let mut ratios = Vec::new();
            for module in 0..MODULES as u32 {
                let of_module = TRUTH + normal(module_sd);
                for process in 0..PROCESSES {
                    let (id, effect) = if crossed {
                        (process, shared[process as usize])
                    } else {
                        (module * PROCESSES + process, normal(shared_sd))
                    };
                    ratios.push((id, [of_module + effect + normal(0.03)]));
                }
            }
            let cell = |chunk: &'_ [(u32, [f64; 1])]| -> Vec<(u32, Vec<f64>)> {
                chunk.iter().map(|(id, r)| (*id, r.to_vec())).collect()
            };
            let owned: Vec<_> = ratios.chunks(PROCESSES as usize).map(cell).collect();
            let cells = owned.iter().map(|c| Member {
                weight: 1.0 / MODULES as f64,
                processes: c.iter().map(|(id, r)| (*id, r.as_slice())).collect(),
            });
            let means = WeightedMean::new(cells.collect());
            let places: Vec<usize> = (0..MODULES).collect();
            let (lo, hi) = at_large(&means, &places, MODULES).unwrap().interval(ALPHA);
            hits += i32::from(lo <= TRUTH && TRUTH <= hi);
        }
        f64::from(hits) / 2000.0
    }

    #[test]
    fn intervals_for_modules_at_large_contain_the_truth() {
        println!("covered  module sd  process sd  each process measures");
        for (module_sd, shared_sd, crossed) in [
            (0.10, 0.02, true),
            (0.02, 0.02, true),
            (0.00, 0.02, true),
            (0.00, 0.00, true),
            (0.10, 0.02, false),
            (0.00, 0.02, false),
        ] {
            let covered = coverage(module_sd, shared_sd, crossed);
            let which = if crossed { "all modules" } else { "one module" };
            println!(
                "{:5.1} %  {module_sd:9.2}  {shared_sd:10.2}  {which}",
                100.0 * covered
            );
            assert!(
                (0.93..=0.97).contains(&covered),
                "{covered} for {module_sd}, {shared_sd}"
            );
        }
    }
}
