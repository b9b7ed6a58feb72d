//! What `delta` promises beyond what every scheme does.

use crate::common::answer;
use stackmap_encoders::delta::Delta;
use stackmap_encoders::delta_tri::DeltaTri;
use stackmap_encoders::{Encoder, Lookup, Malformed, Reader, StackMap, Table};

/// A few blocks of rows, with empties among them.
fn table() -> Table {
    let mut table = Table::complete();
    for i in 0..200u32 {
        let slots = (0..i % 3).map(|slot| 8 * slot);
        table.push(u64::from(20 * i), 64, slots).unwrap();
    }
    table
}

/// Looks up every safepoint in a section from which bytes were cut: none may
/// look as if it had never been recorded.
fn no_cut_is_silent<E: Encoder>(table: &Table) {
    let bytes = E::encode(table).unwrap().bytes;
    for cut in 1..bytes.len() {
        let Ok(reader) = E::open(&bytes[..cut]) else {
            continue;
        };
        let mut scratch = vec![0; reader.scratch_words()];
        for safepoint in table.iter() {
            match reader.lookup(safepoint.pc, &mut scratch) {
                Err(error) => assert_eq!(error, Malformed::Truncated),
                Ok(_) => assert_eq!(
                    answer::<E>(&bytes[..cut], safepoint.pc),
                    answer::<E>(&bytes, safepoint.pc)
                ),
            }
        }
    }
}

#[test]
fn no_cut_makes_a_safepoint_missing() {
    no_cut_is_silent::<Delta>(&table());
    no_cut_is_silent::<DeltaTri>(&table());
}

/// A section of one block, whose end the index puts `short` bytes too early.
fn section_of(body: &[u8], short: u32) -> Vec<u8> {
    let (block_count, scratch_words, slot_shift, first_pc) = (1, 1, 3, 20);
    let block_end = body.len() as u32 - short;
    let header = [block_count, scratch_words, slot_shift, first_pc, block_end];
    let header = header.map(u32::to_le_bytes);
    [header.as_flattened(), body].concat()
}

/// The slots of its first row.
fn first_row(section: &[u8]) -> Result<Lookup<Vec<u32>>, Malformed> {
    let mut scratch = [0];
    let found = Delta::open(section)?.lookup(20, &mut scratch)?;
    Ok(found.map(|map| map.slots().collect()))
}

/// A row that changes, to a frame of 64 bytes; then a run of one slot, of gap 2.
const ROW: [u8; 4] = [0b1, 0b0011, 64, 0b1000];

#[test]
fn a_block_is_read_to_its_end_and_no_further() {
    assert_eq!(first_row(&section_of(&ROW, 0)), Ok(Lookup::Map(vec![8])));
    assert_eq!(first_row(&section_of(&ROW, 1)), Err(Malformed::Truncated));
}

#[test]
fn a_field_above_32_bits_is_refused() {
    // A gap of 2 + (1 << 32), which must not be taken for 2.
    let gap = [0b1000 | 0x80, 0x80, 0x80, 0x80, 1 << 6];
    let body = [&ROW[..3], &gap].concat();
    assert_eq!(
        first_row(&section_of(&body, 0)),
        Err(Malformed::InvalidField)
    );
}
