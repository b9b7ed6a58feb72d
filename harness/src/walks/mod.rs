//! Walks: the stacks that a collector walks while a program runs.

mod recorder;
mod summary;

pub use recorder::{Walks, record};
pub use summary::write_summary;
