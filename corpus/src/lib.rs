//! Where stack maps come from. Every source gives the same [`Module`].

pub mod clif;
mod error;
mod module;
pub mod synthetic;

pub use error::CorpusError;
pub use module::{CrossCheck, Function, FunctionKind, Module, Tier};
