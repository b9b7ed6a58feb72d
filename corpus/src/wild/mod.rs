//! Third-party modules: what `wild.toml` pins, and how a pin becomes a file.
//!
//! [`manifest`] reads the pins, [`fetch`] gets one module with the ordinary
//! client of its source, prepares it and checks every hash on the way.

mod client;
mod fetch;
mod file;
mod manifest;
mod unpack;

pub use fetch::{FetchOptions, fetch};
pub use manifest::{Failure, Manifest, Pin, Preparation, Setting, Source, WildModule, manifest};

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}
