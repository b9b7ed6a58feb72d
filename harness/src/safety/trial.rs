//! One variant of a scheme on trial: asked wrongly, or with its section
//! damaged, and its answers judged.

use super::effect::{self, Counts};
use super::probes::Probe;
use super::truth::Truth;
use super::variants::Variant;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stackmap_reports::results::{Fault, Policy};
use std::collections::BTreeMap;

/// Sections that are damaged, and lookups that are then made in each.
const DAMAGES: usize = 200;
const LOOKUPS_PER_DAMAGE: usize = 16;

/// A variant, and what its answers have come to so far.
pub struct Trial<'t> {
    truth: &'t Truth<'t>,
    variant: &'t Variant,
    pub counts: BTreeMap<(Fault, Policy), Counts>,
}

impl<'t> Trial<'t> {
    pub fn new(truth: &'t Truth<'t>, variant: &'t Variant) -> Self {
        Trial {
            truth,
            variant,
            counts: BTreeMap::new(),
        }
    }

    /// Looks up what the probes ask for and judges the answers under every
    /// policy.
    pub fn ask(&mut self, fault: Fault, probes: &[Probe], section: &[u8]) {
        let pcs: Vec<u32> = probes.iter().map(|p| p.asked).collect();
        let answers = self.variant.look_up_all(section, &pcs, self.truth);
        for (probe, answer) in probes.iter().zip(&answers) {
            for &policy in Policy::ALL {
                let effect = effect::classify(self.truth, probe.stands, answer, policy, fault);
                let counts = self.counts.entry((fault, policy));
                counts.or_default().add(effect, 1);
            }
        }
    }

    /// Flips single bits, then cuts the section short, and looks healthy PCs up.
    pub fn damage(&mut self, healthy: &[Probe], mut section: Vec<u8>, seed: u64) {
        if section.is_empty() || healthy.is_empty() {
            return;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut some = || -> Vec<Probe> {
            let one = |_| healthy[rng.random_range(0..healthy.len())];
            (0..LOOKUPS_PER_DAMAGE).map(one).collect()
        };
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        for _ in 0..DAMAGES {
            let bit = rng.random_range(0..8 * section.len());
            section[bit / 8] ^= 1 << (bit % 8);
            self.ask(Fault::BitFlip, &some(), &section);
            section[bit / 8] ^= 1 << (bit % 8);
        }
        for _ in 0..DAMAGES {
            let cut = &section[..rng.random_range(0..section.len())];
            self.ask(Fault::Truncation, &some(), cut);
        }
    }
}
