//! Pinned modules: what `wild.toml` pins, and how a pin becomes a file.
//!
//! [`Manifest::read`] reads the pins. [`fetch()`] gets one module with the ordinary
//! client of its source, prepares it and checks every hash on the way.

pub(crate) mod client;
mod fetch;
mod file;
mod kotlin;
mod manifest;
mod module;
mod unpack;

pub(crate) use fetch::fetch_beside;
pub use fetch::{FetchOptions, fetch, is_at_hand};
pub use manifest::Manifest;
pub use module::{Failure, Pin, Preparation, Setting, Source, Step, WildModule};
