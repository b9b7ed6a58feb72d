//! Walks: the stacks that a collector walks while a program runs.

mod memo;
mod recorder;
mod summary;

pub use memo::rows as memo_rows;
pub use recorder::{Walks, record};
pub use summary::write_summary;
