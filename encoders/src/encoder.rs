//! What a scheme offers: a writer, a reader, and the facts that the decision
//! between schemes needs.

use crate::error::{EncodeError, Malformed};
use crate::section::Section;
use crate::table::Table;

/// A section format: how it is written and how it is opened.
pub trait Encoder: Copy + Send + Sync + 'static {
    /// Short name used on the command line and in every result file.
    const NAME: &'static str;

    /// Whether every PC that is not a recorded safepoint answers
    /// [`Lookup::Missing`].
    const EXACT: bool;

    /// Whether a PC that is no safepoint gets the answer of the nearest
    /// safepoint below it, whatever follows. Not of an exact scheme.
    const OPEN_ENDED: bool = false;

    /// Whether the writer must be told of every safepoint without live
    /// references, which needs Wasmtime's compiler to pass them on.
    const RECORDS_EMPTIES: bool;

    /// Whether the reader answers [`Lookup::Empty`] at such a safepoint,
    /// rather than [`Lookup::Missing`].
    const TRI_STATE: bool = false;

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
