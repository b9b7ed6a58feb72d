//! Traces: what passed between a module and its own JavaScript, written down once
//! under a JavaScript engine, so that the module can be run without one.
//!
//! A file begins as a recorded table does, with the magic `WASMTRCE` and version 1.
//! The header names the imported functions, the imported globals and the exported
//! functions, and has the SHA-256 of the module:
//!
//! ```text
//!   body, unpacked = value × globals │ event × …
//!   values         = varint: how many │ value × …
//! ```
//!
//! | event | then |
//! |---|---|
//! | 0 the module calls an import | varint: which import, values: the arguments |
//! | 1 the import returns | value |
//! | 2 JavaScript enters the module | varint: 0 to instantiate it, n for its nth exported function; values: the arguments |
//! | 3 JavaScript enters a function that the module gave away | varint: which object, values: the arguments |
//! | 4 the module returns | value |
//!
//! | value | then |
//! |---|---|
//! | 0 null, 1 undefined, 2 false, 3 true | |
//! | 4 number | `f64` |
//! | 5 big integer | `i64` |
//! | 6 string | varint: code units, `u16` × units |
//! | 7 object | varint: which one |
//!
//! Objects are numbered in the order in which they first passed. One that came from
//! the module is the module's, and all others are JavaScript's. Calls of the built-in
//! string functions are not written down: the host of an execution has these. Some
//! compilers bring their own, which do not trap on what is no string; calls with such
//! an argument are written down, since only the module's JavaScript knows the answer.
//! An imported memory is one that only the module uses, so nothing of it is written
//! down; it has the smallest size that the module allows.

mod events;
mod file;
mod folder;

pub(crate) use events::{Callee, Event, Value};
pub(crate) use file::Trace;
pub use file::TraceHeader;
pub(crate) use folder::open;
pub use folder::store;
