//! The module as a level: what the modules at hand say about others.

use super::interval::{ALPHA, Estimate, Means, t_quantile};

/// Widens an estimate for these modules into one for modules like them.
/// `module_of` gives each cell's module, `0..modules`. `None` with fewer than
/// two modules or processes.
///
/// The variance has two parts: how much the modules differ, which already
/// contains the noise of each module's own mean, and what the modules share
/// because the same processes measured them. The second is zero when every
/// module has processes of its own. Degrees of freedom after Satterthwaite.
pub(super) fn at_large(means: &Means, module_of: &[usize], modules: usize) -> Option<Estimate> {
    let (freedom, unbias) = means.replication()?;
    if modules < 2 {
        return None;
    }
    let n = modules as f64;
    let mut cells = vec![0.0; modules];
    let mut sums = vec![0.0; modules];
    for (&module, centre) in module_of.iter().zip(&means.centres) {
        cells[module] += 1.0;
        sums[module] += centre;
    }
    let module_means = sums.iter().zip(&cells).map(|(sum, n)| sum / n);
    let squares: f64 = module_means.map(|m| (m - means.log).powi(2)).sum();
    let between = squares / (n - 1.0) / n;

    let mut cross = 0.0;
    for process in means.influences() {
        let mut by_module = vec![0.0; modules];
        for (cell, u) in process {
            by_module[module_of[cell]] += u;
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
