//! The only place where an interval or a verdict is made.
//!
//! | module | question |
//! |---|---|
//! | [`summarize`] and its neighbours | what do the raw timings of a run come to? |
//! | [`compare`] | did a change make a scheme slower or larger? |
//! | [`Headline`] | which modules and scenarios stand for the whole? |
//! | [`SchemeMeans`], [`MeanRatio`], [`Spread`] | what is a scheme like over these modules? |
//! | [`summarize_wasmtime`] | what does a format do to users of Wasmtime? |
//! | [`decide`] | which scheme should go upstream, and what would change that? |
//!
//! The frontier, the ranking of several runs and what fault
//! injection found are for the pages alone.

mod arithmetic;
pub mod compare;
mod decision;
mod error;
pub(crate) mod frontier;
pub(crate) mod headline;
#[cfg(test)]
mod made_up;
pub(crate) mod means;
pub(crate) mod ranking;
pub(crate) mod safety;
pub(crate) mod schemes;
mod timing;
mod wasmtime;

pub(crate) use arithmetic::quantile;
pub use arithmetic::{geometric_mean, wilson};
pub(crate) use decision::candidate_name;
pub use decision::{
    Answer, Candidate, Change, Criterion, Decision, Difference, Fate, Felt, Gap, Highest, Open,
    Question, RULES, Reason, Rules, RulesError, Sensitivity, Span, Verdicts, Weighting, decide,
    mean_of_executions,
};
pub use error::StatsError;
pub use headline::Headline;
pub use means::{MeanRatio, Spread};
pub use safety::LessSafe;
pub use schemes::SchemeMeans;
pub use timing::{
    ALPHA, BAND_CEILING, BAND_FLOOR, Context, ControlCell, Controls, ENOUGH_MACHINES, Estimate,
    Samples, Summary, is_headline, left_out_text, summarize, summarize_folder,
};
pub use wasmtime::{median, over_rounds, summarize_wasmtime};
