//! Walks: the stacks that a collector walks while a program runs.

mod recorded;
mod recorder;
mod summary;

pub use recorded::recorded;
pub use recorder::record;
pub use summary::write_summary;

/// Stacks of the collections of one module, as offsets into its text section,
/// innermost first.
#[derive(Debug, Default)]
pub struct Walks {
    pub stacks: Vec<Vec<u32>>,
    /// The language that the module was written in.
    pub language: String,
    /// How often the program called its checkpoint, and how often the heap grew.
    pub checkpoints: u64,
    pub growths: u64,
    /// Collections, those included whose stacks were not kept.
    pub collections: u64,
}
