//! Hashes: of bytes, of tables, and of a purpose to seed it with.

use sha2::{Digest, Sha256};
use stackmap_encoders::Table;

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Hash of everything that a table says.
pub fn table_hash(table: &Table) -> String {
    let mut hash = Sha256::new();
    hash.update([u8::from(table.is_complete())]);
    for s in table.iter() {
        hash.update(s.pc.to_le_bytes());
        hash.update(s.frame_size.to_le_bytes());
        hash.update((s.bitmap.len() as u32).to_le_bytes());
        for word in s.bitmap {
            hash.update(word.to_le_bytes());
        }
    }
    hex(&hash.finalize())
}

/// A seed for one purpose, so that no two purposes draw the same numbers.
pub fn seed_for(seed: u64, purpose: &str) -> u64 {
    let hash = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(purpose)
        .finalize();
    hash.first_chunk()
        .map_or(seed, |bytes| u64::from_le_bytes(*bytes))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
