//! Encodings of GC stack maps, one scheme per folder.
//!
//! A [`Table`] lists the safepoints of one module. A scheme turns it into the
//! bytes of a section ([`Encoder::encode`]) and answers lookups from those
//! bytes alone ([`Encoder::open`], [`Reader::lookup`]). Readers borrow the
//! section at any alignment, never allocate, and never panic: malformed bytes
//! are an error value.
//!
//! To add a scheme, write the folder `src/schemes/<name>/` and add one line to
//! the list in `src/schemes/mod.rs`. Every test, table and plot picks it up
//! from there.
//!
//! Background: <https://github.com/bytecodealliance/wasmtime/issues/10431>.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bits;
mod encoder;
mod error;
mod memo;
mod oracle;
mod schemes;
mod section;
mod source;
mod table;

pub use bits::bitmap::slots_of;
pub use bits::record::BitmapMap;
pub use bits::words::WordMap;
pub use encoder::{Encoder, Lookup, Reader, StackMap};
pub use error::{EncodeError, Malformed};
pub use memo::Memo;
pub use oracle::{Oracle, OwnedMap};
pub use schemes::*;
pub use section::{Parts, Section};
pub use source::{MEMO, SchemeSource, SourceFile};
pub use table::{Safepoint, Table};
