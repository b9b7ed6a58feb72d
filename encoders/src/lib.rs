//! Encodings of GC stack maps, one scheme per file.
//!
//! A [`Table`] lists the safepoints of one module. A scheme turns it into the
//! bytes of a section ([`Encoder::encode`]) and answers lookups from those
//! bytes alone ([`Encoder::open`], [`Reader::lookup`]). Readers borrow the
//! section at any alignment, never allocate, and never panic: malformed bytes
//! are an error value.
//!
//! To add a scheme, write `src/<name>.rs` and add one line to the list at the
//! end of this file. Every test, table and plot picks it up from there.
//!
//! Background: <https://github.com/bytecodealliance/wasmtime/issues/10431>.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bitmap;
mod bits;
mod bytes;
mod error;
mod oracle;
mod source;
mod table;
mod words;

pub use bitmap::{BitmapMap, slots_of};
pub use error::{EncodeError, Malformed};
pub use oracle::{Oracle, OwnedMap};
pub use source::{SourceLines, source_lines};
pub use table::{Safepoint, Table};
pub use words::WordMap;

use alloc::vec::Vec;

/// A section format: how it is written and how it is opened.
pub trait Encoder: Copy + Send + Sync + 'static {
    /// Short name used on the command line and in every result file.
    const NAME: &'static str;

    /// Whether every PC that is not a recorded safepoint answers
    /// [`Lookup::Missing`].
    const EXACT: bool;

    /// Whether the writer must be told of every safepoint without live
    /// references, which needs Cranelift to emit empty maps.
    const RECORDS_EMPTIES: bool;

    /// Whether the reader answers [`Lookup::Empty`] at such a safepoint,
    /// rather than [`Lookup::Missing`].
    const TRI_STATE: bool = false;

    /// Whether the scheme may be recommended at all; controls may not.
    const RECOMMENDABLE: bool = true;

    /// The opened section.
    type Reader<'s>: Reader<'s>;

    /// Encodes a table. A table without any map gives an empty section, as
    /// Wasmtime then writes none, unless the scheme records empties.
    fn encode(table: &Table) -> Result<Section, EncodeError>;

    /// Checks the header of a section. The empty slice is a valid section in
    /// which every PC is [`Lookup::Missing`].
    fn open(section: &[u8]) -> Result<Self::Reader<'_>, Malformed>;
}

/// An opened section. Opening is cheap: Wasmtime does it anew for each lookup.
pub trait Reader<'s>: Copy {
    /// What a successful lookup gives: borrowed from the section, or from the
    /// scratch buffer if the scheme has to decode.
    type Map<'m>: StackMap
    where
        's: 'm;

    /// Words of scratch that [`Reader::lookup`] needs for this section.
    fn scratch_words(&self) -> usize {
        0
    }

    /// Answers for one return address, relative to the start of `.text`.
    fn lookup<'m>(
        &self,
        pc: u32,
        scratch: &'m mut [u64],
    ) -> Result<Lookup<Self::Map<'m>>, Malformed>
    where
        's: 'm;
}

/// The live references of one frame.
pub trait StackMap {
    /// Bytes from the frame pointer down to the stack pointer.
    fn frame_size(&self) -> u32;

    /// SP-relative byte offsets of the slots that hold a live reference, in
    /// ascending order.
    fn slots(&self) -> impl Iterator<Item = u32>;
}

/// The answer to a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<M> {
    /// A safepoint with live references.
    Map(M),
    /// A known safepoint without live references.
    Empty,
    /// No entry for this PC.
    Missing,
}

impl<M> Lookup<M> {
    /// Applies `f` to the map, if there is one.
    pub fn map<N>(self, f: impl FnOnce(M) -> N) -> Lookup<N> {
        match self {
            Lookup::Map(m) => Lookup::Map(f(m)),
            Lookup::Empty => Lookup::Empty,
            Lookup::Missing => Lookup::Missing,
        }
    }
}

/// An encoded section and what its bytes are spent on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The section as it would stand in the `.cwasm`.
    pub bytes: Vec<u8>,
    /// Bytes by part; they add up to `bytes.len()`.
    pub parts: Parts,
}

/// Bytes of a section by purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Counts, widths and table positions at the front.
    pub header: usize,
    /// What is searched to find a PC.
    pub index: usize,
    /// What leads from an index entry to its map.
    pub offsets: usize,
    /// Frame sizes and live slots.
    pub payload: usize,
    /// Bytes that carry nothing.
    pub padding: usize,
}

impl Parts {
    /// Sum of all parts.
    pub fn total(&self) -> usize {
        self.header + self.index + self.offsets + self.payload + self.padding
    }
}

/// Receives every scheme in turn, as a type, so that the code it runs is
/// monomorphised.
pub trait SchemeVisitor {
    /// Called once per scheme; `source` is the text of its file.
    fn visit<E: Encoder>(&mut self, source: &'static str);
}

macro_rules! schemes {
    ($($module:ident :: $scheme:ident,)*) => {
        $(pub mod $module;)*

        /// Calls `visitor` for every scheme, the baseline first.
        pub fn for_each_scheme(visitor: &mut impl SchemeVisitor) {
            $(visitor.visit::<$module::$scheme>(include_str!(concat!(stringify!($module), ".rs")));)*
        }

        /// The text of the file that holds a scheme.
        fn source_of(module: &str) -> Option<&'static str> {
            match module {
                $(stringify!($module) => Some(include_str!(concat!(stringify!($module), ".rs"))),)*
                _ => None,
            }
        }
    };
}

schemes! {
    exact::Exact,
    consed::Consed,
    ranges::Ranges,
    ranges_consed::RangesConsed,
    blocks::Blocks,
    blocks_tri::BlocksTri,
    blocks_dense::BlocksDense,
    direct::Direct,
}
