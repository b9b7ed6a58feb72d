//! Where stack maps come from. Every source gives the same [`Module`].

mod assemble;
pub mod calls;
mod capture;
pub mod child;
pub mod clif;
mod compile;
mod corpus_folder;
mod cwasm;
mod disasm;
mod error;
pub mod execution;
mod file_names;
mod input;
mod isolate;
pub mod jit;
mod module;
mod names;
pub mod programs;
pub mod recorded;
mod sections;
mod sha256;
pub mod smith;
pub mod synthetic;
mod text;
pub mod traces;
pub mod walks;
pub mod wild;

pub use child::Limits;
pub use compile::{CompileOptions, compile_wasm, parse_cwasm, read_cwasm, read_path};
pub use corpus_folder::CorpusFolder;
pub use error::CorpusError;
pub use file_names::unique_names;
pub use isolate::{CHILD_COMMAND, child_main, compile_isolated, read_path_isolated};
pub use module::{CrossCheck, Function, FunctionKind, Module};
pub use names::{Collector, Isa, ModuleKey, OptLevel, Tier, UnknownName};
