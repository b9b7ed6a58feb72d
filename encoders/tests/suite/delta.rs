//! What `delta` promises beyond what every scheme does.

use crate::common::answer;
use stackmap_encoders::delta::Delta;
use stackmap_encoders::delta_tri::DeltaTri;
use stackmap_encoders::{Encoder, Malformed, Reader, Table};

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
