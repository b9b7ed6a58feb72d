//! The machine that a run is on, and where its numbers come from.

pub mod caches;
pub mod doctor;
pub mod memory;
pub mod provenance;
pub mod system;
pub mod usage;
