//! Counts and positions in 32 bits.

use crate::error::EncodeError;

/// Narrows a count or position to the 32 bits that the formats give it.
pub(crate) fn narrow(
    scheme: &'static str,
    what: &'static str,
    value: usize,
) -> Result<u32, EncodeError> {
    u32::try_from(value).map_err(|_| EncodeError::TooLarge {
        scheme,
        what,
        value: value as u64,
    })
}
