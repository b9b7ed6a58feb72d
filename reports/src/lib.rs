//! From a results folder to a report: statistics, plots, pages, a decision.
//!
//! ```text
//! page ──▶ plot ──▶ headline ──▶ stats ──▶ results
//!    └───▶ decision ─────────────────┘
//! ```
//!
//! [`results`] is the home of the result files, for whoever writes or reads
//! them. [`stats`] is the only place where an interval or a verdict is made.
//! The others render: [`load`] reads a folder, [`write_report`] writes
//! `report.html`, `plots/*.svg`, `decision.md` and `decision.csv`, [`terminal_summary`] says
//! the same in a table for the terminal. All of it is a function of the result
//! files: the same folder gives the same bytes.

mod decision;
mod empties;
mod format;
mod headline;
mod page;
mod plot;
pub mod results;
pub mod stats;
mod table;

pub use empties::empties_text;
pub use format::plural;
pub use headline::ranking::rank;
pub use page::{
    DECISION, PLOTS, REPORT, frontier_text, readme_results, terminal_summary, upstream_note,
    write_inspection, write_report,
};
pub use results::{Results, ResultsError, UnknownName, load};
pub use stats::{Rules, RulesError};
