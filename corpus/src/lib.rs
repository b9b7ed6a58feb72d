//! Where stack maps come from. Every source gives the same [`Module`].

mod error;
mod module;
pub mod wild;

pub use error::CorpusError;
pub use module::{CrossCheck, Function, FunctionKind, Module, Tier};
