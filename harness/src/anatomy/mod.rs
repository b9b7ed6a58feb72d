//! The facts about each module that explain the results.

mod facts;
mod floors;

use crate::output::progress;
use anyhow::Result;
use stackmap_corpus::Module;
use stackmap_reports::results::AnatomyRow;

/// The facts of all modules, in their order.
pub fn measure_all(modules: &[Module]) -> Result<Vec<AnatomyRow>> {
    progress::each("anatomy", modules, facts::row)
}
