//! What was written is what is read.

use super::bit_writer::BitWriter;
use super::uleb::{push_uleb, read_uleb};
use alloc::vec::Vec;

#[test]
fn bits_stand_where_they_were_written() {
    let fields = [(5, 3), (0, 0), (1, 1), ((1 << 56) - 1, 56), (0, 7), (9, 4)];
    let mut writer = BitWriter::default();
    for (number, bits) in fields {
        writer.push(number, bits);
    }
    let bytes = writer.finish();
    let mut at = 0;
    for (number, bits) in fields {
        let bit = |i: u32| u64::from(bytes[(i / 8) as usize] >> (i % 8) & 1);
        let read = (0..bits).fold(0, |all, i| all | bit(at + i) << i);
        assert_eq!(read, number);
        at += bits;
    }
    assert_eq!(bytes.len(), at.div_ceil(8) as usize);
}

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
