//! Recorded tables: what a compile of a real module gave, small enough to be
//! committed, so that measuring needs neither the module nor the compile.
//!
//! One file holds one module on one ISA with one collector. All integers are
//! little-endian:
//!
//! ```text
//! ┌───────────────┬──────────────┬──────────────────┬─────────────────┬──────────────┬──────────┐
//! │ magic: u8[8]  │ version: u32 │ sha256: u8[32]   │ header_len: u32 │ header: JSON │ body: xz │
//! │ "WASMSAFE"    │ 1            │ of what follows  │                 │ see Header   │          │
//! └───────────────┴──────────────┴──────────────────┴─────────────────┴──────────────┴──────────┘
//!   body, unpacked = column × 9;  column = length: u32 │ bytes: u8[length]
//! ```
//!
//! | column | one item per | coding |
//! |---|---|---|
//! | 0 | function | varint: bytes from the end of the function before it |
//! | 1 | function | varint: length in bytes |
//! | 2 | function | u8: 0 WebAssembly, 1 `module_start`, 2 trampoline |
//! | 3 | safepoint | varint: PC minus the PC before it |
//! | 4 | safepoint | u8: 1 if Wasmtime recorded a map, 0 if not |
//! | 5 | map | signed varint: frame size minus that of the map before it |
//! | 6 | map | signed varint: bitmap words minus those of the map before it |
//! | 7 | map | varint: bits that differ from the map before it |
//! | 8 | such bit | varint: its position minus that of the bit before it in the same map |
//!
//! Varints are LEB128, signed ones zigzag. The maps rebuild Wasmtime's section
//! byte for byte; its SHA-256 is in the header and is checked. Neighbouring
//! maps differ by a bit or two, so the columns are small even before xz packs
//! them.

mod columns;
mod container;
pub(crate) mod envelope;
mod folder;
mod header;
mod record;
pub(crate) mod sums;
pub(crate) mod varint;

pub use container::{read, read_header, wrap, write};
pub use folder::{EXTENSION, Recording, file_name, recordings, write_sums};
pub use header::{Header, Provenance, SectionDigest, SectionSize};
pub(crate) use record::{CompiledWild, compile_whole};
pub use record::{RecordOptions, TARGETS, Target, check, compile_wild, record};
pub use sums::Listed;
