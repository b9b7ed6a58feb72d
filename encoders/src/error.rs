//! What can go wrong, with the values that made it go wrong.

/// An input that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Sections address `.text` with 32 bits.
    #[error("pc {pc:#x} lies beyond the first 4 GiB of the text section")]
    PcTooLarge {
        /// The offending return address.
        pc: u64,
    },
    /// Safepoints must come in strictly ascending order.
    #[error("pc {pc:#x} does not lie above the pc before it, {previous:#x}; sort the safepoints")]
    Unsorted {
        /// The last PC accepted.
        previous: u32,
        /// The offending return address.
        pc: u32,
    },
    /// A slot is not a multiple of the granule.
    #[error("slot {slot} of pc {pc:#x} is not a multiple of {granule} bytes")]
    MisalignedSlot {
        /// The safepoint.
        pc: u32,
        /// SP-relative byte offset.
        slot: u32,
        /// Bytes per bitmap bit.
        granule: u32,
    },
    /// A slot does not lie inside its frame.
    #[error("slot {slot} of pc {pc:#x} lies outside its frame of {frame_size} bytes")]
    SlotOutsideFrame {
        /// The safepoint.
        pc: u32,
        /// SP-relative byte offset.
        slot: u32,
        /// Bytes in the frame.
        frame_size: u32,
    },
    /// The scheme needs to know the safepoints without live references.
    #[error(
        "scheme {scheme} needs a complete table, one that lists safepoints without live references too"
    )]
    IncompleteTable {
        /// The scheme that was asked.
        scheme: &'static str,
    },
    /// A count or position does not fit the width that the format gives it.
    #[error("scheme {scheme} cannot represent {what} = {value}")]
    TooLarge {
        /// The scheme that was asked.
        scheme: &'static str,
        /// The quantity.
        what: &'static str,
        /// Its value.
        value: u64,
    },
}

/// Bytes that no writer of ours would have written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The section ends before what its header or an index entry promises.
    #[error("the section is truncated")]
    Truncated,
    /// A field has a value outside its range.
    #[error("the section holds an invalid field")]
    InvalidField,
    /// The caller's scratch buffer is shorter than
    /// [`Reader::scratch_words`](crate::Reader::scratch_words).
    #[error("the scratch buffer is too small")]
    ScratchTooSmall,
}
