//! The machine that a run is on, and what a run was made with and on.

pub mod caches;
pub mod doctor;
pub mod memory;
pub mod provenance;
pub mod system;
pub mod usage;
