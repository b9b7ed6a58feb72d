//! Hashes of bytes and of tables, in hexadecimal digits.

use sha2::{Digest, Sha256};
use stackmap_encoders::Table;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a file, which may be too large for memory.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    let mut hash = Sha256::new();
    loop {
        let bytes = file.fill_buf()?;
        let read = bytes.len();
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(bytes);
        file.consume(read);
    }
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

/// The first digits of a hash, enough to tell one from another by.
pub fn short(hash: &str) -> &str {
    const DIGITS: usize = 12;
    &hash[..DIGITS]
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
