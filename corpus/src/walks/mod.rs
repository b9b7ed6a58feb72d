//! Recorded walks: the stacks that the collector walked in an execution, small
//! enough to be committed, so that measuring needs neither the module nor the run.
//!
//! One file holds one execution on one ISA with one collector. It begins as a
//! recorded table does, with the magic `WASMWALK` and version 1, and the header has
//! the SHA-256 of the stack map section that the addresses belong to:
//!
//! ```text
//!   body, unpacked = column × 4;  column = length: u32 │ bytes: u8[length]
//! ```
//!
//! | column | one item per | coding |
//! |---|---|---|
//! | 0 | address that occurs | varint: minus the one before it |
//! | 1 | stack | varint: outermost frames that are those of the stack before it |
//! | 2 | stack | varint: frames besides |
//! | 3 | such frame, outermost first | varint: which of the addresses it is |
//!
//! Stacks are in the order of the collections. Where there were too many, one in a
//! power of two is kept; the header says which and how many there were.

mod columns;
mod file;
mod folder;

pub use file::{Walks, WalksHeader, read, write};
pub use folder::{EXTENSION, file_name, of_module, recorded, store};
