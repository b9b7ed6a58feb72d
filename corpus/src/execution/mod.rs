//! Executions: modules running under Wasmtime, pinned and repeatable, with the
//! stack of every collection recorded.
//!
//! [`Executions::read`] reads what `executions.toml` pins, [`execute()`] runs one.
//! The host functions are a few of WASI and of the libraries that the pinned
//! modules use. They are deterministic: the clock counts its readings and random
//! bytes are always the same, so an execution prints the same and collects at the
//! same places every time.

mod collections;
mod execute;
mod host;
mod link;
mod manifest;
mod reference;

pub use collections::{Watched, watch};
pub use execute::{Executed, execute};
pub use manifest::{Call, Execution, Executions, Value};
pub use reference::reference;
