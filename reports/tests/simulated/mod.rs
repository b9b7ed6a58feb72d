//! Runs whose truth is known.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use stackmap_reports::results::{
    AGAIN, BASELINE, Cache, Chain, Collector, Isa, Queries, SLOW, SampleRow, Tier, Timed,
};
use stackmap_reports::stats::Samples;
use statrs::distribution::{ContinuousCDF, Normal};

/// Log-ratio noise with mean zero.
#[derive(Clone, Copy, Debug)]
pub enum Noise {
    Normal(f64),
    /// Normal, but one in ten is ten times as far out.
    Spikes(f64),
    /// Student's t with two degrees of freedom: no finite variance.
    Heavy(f64),
    /// Exponential, shifted to mean zero.
    Skewed(f64),
}

impl Noise {
    pub fn draw(self, rng: &mut ChaCha8Rng) -> f64 {
        let u = rng.random_range(f64::EPSILON..1.0);
        let normal = |sd: f64| sd * Normal::standard().inverse_cdf(u);
        match self {
            Noise::Normal(sd) => normal(sd),
            Noise::Spikes(sd) => normal(if rng.random_bool(0.1) { 10.0 * sd } else { sd }),
            Noise::Heavy(scale) => scale * (2.0 * u - 1.0) / (2.0 * u * (1.0 - u)).sqrt(),
            Noise::Skewed(sd) => sd * (-u.ln() - 1.0),
        }
    }
}

/// A series of that noise in which neighbours are correlated.
pub fn autocorrelated(noise: Noise, by: f64, n: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let fresh = (1.0 - by * by).sqrt();
    let mut last = noise.draw(rng);
    let mut next = || {
        let value = last;
        last = by * last + fresh * noise.draw(rng);
        value
    };
    (0..n).map(|_| next()).collect()
}

/// Runs of some schemes, each with a true log-ratio of its own.
pub struct Runs {
    pub runs: u32,
    pub processes: u32,
    pub modules: usize,
    /// Standard deviation of what a run does to every scheme alike but for
    /// those that are the baseline's code: it is mostly the baseline that a
    /// busy machine slows down.
    pub run: f64,
    /// How far a scheme is off in one module for good, whatever the process.
    pub bias: f64,
}

impl Runs {
    /// Blocks of a process.
    const BLOCKS: u32 = 3;

    /// What of a run's effect is a scheme's own.
    const OWN: f64 = 0.3;

    pub fn samples(&self, schemes: &[(&str, f64)], seed: u64) -> Samples {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut samples = Samples::default();
        let mut draw = |sd: f64| Noise::Normal(sd).draw(&mut rng);
        let biases: Vec<Vec<f64>> = (0..self.modules)
            .map(|_| schemes.iter().map(|_| draw(self.bias)).collect())
            .collect();
        for run in 0..self.runs {
            let common = draw(self.run);
            let effect = |(scheme, _): &(&str, f64)| match *scheme {
                BASELINE | AGAIN | SLOW => 0.0,
                _ => common + draw(Self::OWN * self.run),
            };
            let effects: Vec<f64> = schemes.iter().map(effect).collect();
            for process in 0..self.processes {
                for (module, biases) in biases.iter().enumerate() {
                    let level: Vec<f64> = schemes
                        .iter()
                        .zip(effects.iter().zip(biases))
                        .map(|((_, log), (effect, bias))| log + effect + bias + draw(0.02))
                        .collect();
                    for block in 0..Self::BLOCKS {
                        let mood = draw(0.10);
                        let turns = (0..level.len()).chain((0..level.len()).rev());
                        for (position, scheme) in (0u32..).zip(turns) {
                            let sample = SampleRow {
                                run: format!("r{run}"),
                                process,
                                block,
                                position,
                                scheme: schemes[scheme].0.into(),
                                module: format!("m{module}"),
                                isa: Isa::X86_64,
                                collector: Collector::Copying,
                                tier: Tier::Wild,
                                queries: Queries::Walk,
                                cache: Cache::Hot,
                                timed: Timed::Visit,
                                lookups: 1_000_000_000,
                                ns: (1e11 * (mood + level[scheme] + draw(0.02)).exp()).round()
                                    as u64,
                                chain: Chain::Independent,
                                copies: 1,
                                faults: None,
                            };
                            samples.push(sample).expect("a positive time");
                        }
                    }
                }
            }
        }
        samples
    }
}
