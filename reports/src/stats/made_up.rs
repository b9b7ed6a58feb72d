//! Small runs with known answers, for the tests of the statistics.

use super::timing::summarize_folder;
use crate::results::{
    AGAIN, BASELINE, Cache, Chain, Collector, Isa, Queries, SLOW, SampleRow, Tier, Timed,
    write_rows,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

/// So many that a time in whole nanoseconds is exact enough.
const LOOKUPS: u64 = 1_000_000_000;

/// Runs whose schemes take 1 + `slowed` of the baseline's time, give or take
/// one per cent per process.
pub(super) struct Runs {
    pub(super) runs: u32,
    /// Of each run.
    pub(super) processes: u32,
    pub(super) modules: Vec<(&'static str, Isa, Tier)>,
    pub(super) schemes: Vec<(&'static str, f64)>,
    /// How many times as long everything takes.
    pub(super) machine: f64,
}

impl Runs {
    pub(super) fn new() -> Runs {
        Runs {
            runs: 6,
            processes: 2,
            modules: vec![
                ("m0", Isa::X86_64, Tier::Wild),
                ("m1", Isa::X86_64, Tier::Wild),
                ("m2", Isa::X86_64, Tier::Wild),
            ],
            schemes: vec![
                (BASELINE, 0.0),
                (AGAIN, 0.0),
                (SLOW, 0.05),
                ("tight", -0.2),
                ("loose", 0.3),
            ],
            machine: 1.0,
        }
    }

    pub(super) fn samples(&self) -> Vec<SampleRow> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut samples = Vec::new();
        let processes = (0..self.runs).flat_map(|run| (0..self.processes).map(move |p| (run, p)));
        for (run, process) in processes {
            for (module, isa, tier) in &self.modules {
                let mut jitter = || 1.0 + 0.02 * (f64::from(rng.next_u32()) / 2f64.powi(32) - 0.5);
                let placed: Vec<f64> = self.schemes.iter().map(|_| jitter()).collect();
                for block in 0..3 {
                    for position in 0..2 * self.schemes.len() {
                        let k = position.min(2 * self.schemes.len() - 1 - position);
                        let (scheme, slowed) = self.schemes[k];
                        let ns = 50.0 * self.machine * (1.0 + slowed) * placed[k] * jitter();
                        samples.push(SampleRow {
                            run: format!("r{run}"),
                            process,
                            block,
                            position: position as u32,
                            scheme: scheme.into(),
                            module: (*module).into(),
                            isa: *isa,
                            collector: Collector::Copying,
                            tier: *tier,
                            queries: Queries::Uniform,
                            cache: Cache::Hot,
                            timed: Timed::Visit,
                            lookups: LOOKUPS,
                            ns: (ns * LOOKUPS as f64).round() as u64,
                            chain: Chain::Independent,
                            copies: 1,
                            faults: None,
                        });
                    }
                }
            }
        }
        samples
    }

    pub(super) fn folder(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        write_rows(dir.path(), &self.samples()).unwrap();
        summarize_folder(dir.path()).unwrap();
        dir
    }
}
