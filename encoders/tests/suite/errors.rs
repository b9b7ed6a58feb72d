//! Inputs that cannot be represented are errors that carry the values.

use stackmap_encoders::ranges::Ranges;
use stackmap_encoders::{EncodeError, Encoder, Table};

#[test]
fn rows_that_no_section_can_hold() {
    let mut table = Table::complete();
    table.push(100, 32, [8]).unwrap();
    let cases = [
        (
            table.clone().push(1 << 32, 32, [8]),
            EncodeError::PcTooLarge { pc: 1 << 32 },
        ),
        (
            table.clone().push(100, 32, [8]),
            EncodeError::Unsorted {
                previous: 100,
                pc: 100,
            },
        ),
        (
            table.clone().push(99, 32, [8]),
            EncodeError::Unsorted {
                previous: 100,
                pc: 99,
            },
        ),
        (
            table.clone().push(200, 32, [6]),
            EncodeError::MisalignedSlot {
                pc: 200,
                slot: 6,
                granule: 4,
            },
        ),
        (
            table.clone().push(200, 32, [8, 32]),
            EncodeError::SlotOutsideFrame {
                pc: 200,
                slot: 32,
                frame_size: 32,
            },
        ),
        (
            table.clone().push_bitmap(200, 32, [0, 1]),
            EncodeError::SlotOutsideFrame {
                pc: 200,
                slot: 128,
                frame_size: 32,
            },
        ),
    ];
    for (got, expected) in cases {
        assert_eq!(got, Err(expected.clone()));
        assert!(
            expected.to_string().contains(|c: char| c.is_ascii_digit()),
            "{expected}"
        );
    }
}

#[test]
fn a_refused_row_leaves_the_table_as_it_was() {
    let mut table = Table::complete();
    table.push(100, 32, [8]).unwrap();
    let before = table.clone();
    table.push(200, 32, [8, 64]).unwrap_err();
    table.push_bitmap(200, 32, [0, 1]).unwrap_err();
    assert_eq!(table, before);
}

#[test]
fn a_bitmap_is_the_same_row_as_its_slots() {
    let (mut a, mut b) = (Table::complete(), Table::complete());
    a.push(4, 512, [0, 8, 252, 256]).unwrap();
    b.push_bitmap(4, 512, [0b101, 1 << 31, 1, 0, 0]).unwrap();
    assert_eq!(b.get(0).slots().collect::<Vec<_>>(), [0, 8, 252, 256]);
    assert_eq!(a, b);
}

#[test]
fn the_last_pc_has_no_range_end() {
    let mut table = Table::complete();
    table.push(u64::from(u32::MAX), 16, [8]).unwrap();
    assert_eq!(
        Ranges::encode(&table).unwrap_err(),
        EncodeError::TooLarge {
            scheme: "ranges",
            what: "end of range",
            value: 1 << 32
        }
    );
}
