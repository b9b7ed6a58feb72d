//! What is packed is what is unpacked, and the tricks do what a loop does.

use super::head::{FIELD_BITS, HEAD_BYTES, MAX_ROWS, pack, unpack};
use super::lanes::lanes_equal;
use super::reader::Reader;
use alloc::format;
use alloc::vec::Vec;

#[test]
fn a_head_survives_packing() {
    // Both ends of what a field holds, and each bit alone, beside full others.
    let full = FIELD_BITS.map(|bits| (1 << bits) - 1);
    for (field, bits) in FIELD_BITS.into_iter().enumerate() {
        let max = (1 << bits) - 1;
        for number in [0, max].into_iter().chain((0..bits).map(|bit| 1 << bit)) {
            let mut fields = full;
            fields[field] = number;
            let head = pack(fields).unwrap();
            assert_eq!(head >> (8 * HEAD_BYTES), 0);
            assert_eq!(unpack(head | u64::MAX << (8 * HEAD_BYTES)), fields);
        }
        let mut fields = [0; FIELD_BITS.len()];
        fields[field] = max + 1;
        assert_eq!(pack(fields), None);
    }
}

#[test]
fn the_drawing_gives_each_field_the_bits_that_it_has() {
    let drawing = include_str!("mod.rs");
    let names = [
        "body_bytes",
        "last_row",
        "first_high",
        "high_bits",
        "delta_bits",
        "is_large",
        "window_start",
        "common_bytes",
    ];
    for (name, bits) in names.into_iter().zip(FIELD_BITS) {
        let drawn = format!(" {name}: {bits}");
        assert!(drawing.contains(&drawn), "not drawn:{drawn}");
    }
    assert!(drawing.contains(&format!("head: u{}", 8 * HEAD_BYTES)));
}

#[test]
fn lanes_are_equal_where_a_loop_finds_them_equal() {
    let naive = |lanes: [u8; MAX_ROWS], byte: u8| {
        let lane = |i: usize| u128::from(lanes[i] == byte) << (8 * i + 7);
        (0..MAX_ROWS).fold(0, |all, i| all | lane(i))
    };
    // Every byte in every lane, for every byte that is looked for, between
    // neighbours that would carry into it if anything did.
    for byte in 0..=u8::MAX {
        for in_lane in 0..=u8::MAX {
            for lane in 0..MAX_ROWS {
                for neighbours in [byte, !byte, byte ^ 0x80, byte ^ 1] {
                    let mut lanes = [neighbours; MAX_ROWS];
                    lanes[lane] = in_lane;
                    assert_eq!(lanes_equal(lanes, byte), naive(lanes, byte));
                }
            }
        }
    }
}

#[test]
fn a_pc_has_the_page_that_division_gives_it() {
    for (pc_shift, page_shift) in (0..=4).flat_map(|pc| (8..=16).map(move |page| (pc, page))) {
        let most_pages = 1u32 << (32 - pc_shift - page_shift);
        for pages in [1, 2, 7, most_pages].map(|n| n.min(most_pages)) {
            if pages > 1 << 12 {
                continue; // Only the largest shifts keep this quick.
            }
            let starts: Vec<[u8; 4]> = (0..=pages).map(|i| (3 * i).to_le_bytes()).collect();
            let shifts = u32::from_le_bytes([pc_shift as u8, 2, page_shift as u8, 0]);
            let header = [0, 0, shifts].map(u32::to_le_bytes);
            let section = [header.as_flattened(), starts.as_flattened()].concat();
            let reader = Reader::open(&section).unwrap();

            let page_bytes = 1u64 << (pc_shift + page_shift);
            let edges = (0..=u64::from(pages)).map(|page| page * page_bytes);
            let near = edges.flat_map(|pc| (0..34).map(move |i| (pc + i).saturating_sub(17)));
            let top = (0..17).map(|i| u64::from(u32::MAX) - i);
            for pc in near.chain(top).filter_map(|pc| u32::try_from(pc).ok()) {
                let (page, offset) = (u64::from(pc) / page_bytes, u64::from(pc) % page_bytes);
                let known = pc.is_multiple_of(1 << pc_shift) && page < pages.into();
                let start = 3 * page as usize;
                let expected = known.then_some((start, start + 3, offset as u32 >> pc_shift));
                assert_eq!(reader.page_of(pc), expected, "{pc:#x}");
            }
        }
    }
}
