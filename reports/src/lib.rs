//! From a results folder to a report: statistics, plots, pages, a decision.
//!
//! [`load`] reads the folder (its files are described in [`results`]),
//! [`write_report`] writes `report.html`, `plots/*.svg` and `decision.md`,
//! [`terminal_summary`] says the same in a table for the terminal. All of it
//! is a function of the CSV files: the same folder gives the same bytes.

mod anatomy;
mod costs;
pub mod decision;
pub mod figures;
mod format;
mod frontier;
mod headline;
mod integrity;
mod page;
mod plot;
mod publish;
pub mod results;
mod safety;
pub mod select;
pub mod stats;
mod table;
mod targets;
mod terminal;
mod weights;

pub use frontier::rank;
pub use page::{DECISION, PLOTS, REPORT, write_inspection, write_report};
pub use publish::{readme_results, upstream_note};
pub use results::{Results, ResultsError, UnknownName, load};
pub use terminal::{frontier_text, terminal_summary};
pub use weights::{Weights, WeightsError};
