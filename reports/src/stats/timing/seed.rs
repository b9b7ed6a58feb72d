//! Randomness that depends on nothing but the seed and a name.

use sha2::{Digest, Sha256};

/// A seed of its own for every estimate, so that adding a scheme changes
/// nobody else's interval.
pub(super) fn seed_of<'a>(seed: u64, names: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    for name in names {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}
