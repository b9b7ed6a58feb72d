//! What was written is what is read.

use super::uleb::{push_uleb, read_uleb};
use alloc::vec::Vec;

#[test]
fn numbers_survive_their_encodings() {
    for number in [0, 1, 127, 128, 16_383, 16_384, 1 << 32, (1 << 35) - 1] {
        let mut bytes = Vec::new();
        push_uleb(&mut bytes, number);
        let mut at = 0;
        assert_eq!(read_uleb(&bytes, &mut at), Ok(number));
        assert_eq!(at, bytes.len());
    }
}
