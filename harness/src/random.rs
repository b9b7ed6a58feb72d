//! Seeded random numbers.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The seed of everything random, if no flag gives another.
pub const SEED: u64 = 10431;

/// Random numbers for one purpose; no other purpose draws the same.
pub fn rng_for(seed: u64, purpose: &str) -> ChaCha8Rng {
    let hash = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(purpose)
        .finalize();
    let seed = hash.first_chunk().map_or(seed, |b| u64::from_le_bytes(*b));
    ChaCha8Rng::seed_from_u64(seed)
}
