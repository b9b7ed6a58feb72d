//! Sizes that writer and reader share.

/// Most rows of a block: as many low bytes as are compared at once.
pub(super) const ROWS: usize = 16;

/// Bytes before the data.
pub(super) const HEADER: usize = 12;

/// Bytes before a block's rows.
pub(super) const HEAD: usize = 6;
