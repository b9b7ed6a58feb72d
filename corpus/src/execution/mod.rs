//! Executions: modules running under Wasmtime, pinned and repeatable, with the
//! stack of every collection recorded.
//!
//! [`Executions::read`] reads what `executions.toml` pins, [`execute()`] runs one;
//! a [`Runnable`] runs in an engine that the caller brings, unwatched.
//! The host functions are a few of WASI and of the libraries that the pinned
//! modules use. They are deterministic: the clock counts its readings and random
//! bytes are always the same, so an execution prints the same and collects at the
//! same places every time. A module that wants its own JavaScript is run by a trace
//! of what passed between the two under a JavaScript engine.

mod collections;
mod execute;
mod host;
mod link;
mod manifest;
mod passing;
mod record_trace;
mod reference;
mod replay;
mod runnable;

pub use collections::{Watched, watch};
pub use execute::{Executed, execute};
pub use manifest::{Call, Called, Execution, Executions, Kind, Replayed, Value};
pub use record_trace::record_trace;
pub use reference::reference;
pub use runnable::Runnable;
