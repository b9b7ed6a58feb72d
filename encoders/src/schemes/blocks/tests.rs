//! What is packed is what is unpacked, and the tricks do what a loop does.

use super::block_head::{self, BlockHead, LargeLayout, MAX_ROWS, SmallLayout};
use super::header::{Header, Shifts};
use super::lanes::lanes_equal;
use super::reader::{Page, Reader};
use alloc::format;
use alloc::vec::Vec;

/// Both ends of what so many bits hold, and each bit alone.
fn numbers(bits: u32) -> impl Iterator<Item = u32> {
    let max = (1 << bits) - 1;
    [0, max].into_iter().chain((0..bits).map(|bit| 1 << bit))
}

/// A head's bytes as the low ones of a word, with others above them.
fn word(head: [u8; BlockHead::BYTES]) -> u64 {
    let mut word = [0xff; 8];
    word[..BlockHead::BYTES].copy_from_slice(&head);
    u64::from_le_bytes(word)
}

#[test]
fn a_block_head_survives_packing() {
    let zero = BlockHead {
        block_bytes: 0,
        rows: 1,
        first_high: 0,
        high_bits: 0,
        delta_bits: 0,
        is_small: false,
        layout: 0,
    };
    let mut heads = Vec::from([zero]);
    heads.extend(
        numbers(block_head::BLOCK_BYTES.bits).map(|block_bytes| BlockHead {
            block_bytes,
            ..zero
        }),
    );
    heads.extend((1..=MAX_ROWS).map(|rows| BlockHead { rows, ..zero }));
    heads.extend(
        numbers(block_head::FIRST_HIGH.bits).map(|first_high| BlockHead { first_high, ..zero }),
    );
    heads.extend(
        numbers(block_head::HIGH_BITS.bits).map(|high_bits| BlockHead { high_bits, ..zero }),
    );
    heads.extend(
        numbers(block_head::DELTA_BITS.bits).map(|delta_bits| BlockHead { delta_bits, ..zero }),
    );
    heads.push(BlockHead {
        is_small: true,
        ..zero
    });
    heads.extend(numbers(block_head::LAYOUT.bits).map(|layout| BlockHead { layout, ..zero }));
    for head in heads {
        assert_eq!(BlockHead::unpack(word(head.pack())), head);
    }
}

#[test]
fn layouts_survive_packing() {
    for common_bytes in numbers(block_head::COMMON_BYTES.bits) {
        for window_start in numbers(block_head::WINDOW_START.bits) {
            let layout = SmallLayout {
                common_bytes,
                window_start,
            };
            assert_eq!(SmallLayout::unpack(layout.pack()), layout);
        }
    }
    for start_bits in numbers(block_head::START_BITS.bits) {
        for length_bits in numbers(block_head::LENGTH_BITS.bits) {
            let layout = LargeLayout {
                start_bits,
                length_bits,
            };
            assert_eq!(LargeLayout::unpack(layout.pack()), layout);
        }
    }
}

#[test]
fn the_drawing_gives_each_field_the_bits_that_it_has() {
    let drawing = include_str!("mod.rs");
    for (name, field) in [
        ("block bytes", block_head::BLOCK_BYTES),
        ("rows - 1", block_head::ROWS),
        ("first high", block_head::FIRST_HIGH),
        ("high bits", block_head::HIGH_BITS),
        ("delta bits", block_head::DELTA_BITS),
        ("small", block_head::IS_SMALL),
        ("layout", block_head::LAYOUT),
        ("common bytes", block_head::COMMON_BYTES),
        ("start of the window", block_head::WINDOW_START),
        ("start bits", block_head::START_BITS),
        ("length bits", block_head::LENGTH_BITS),
    ] {
        let drawn = format!(" {name}: {}", field.bits);
        assert!(drawing.contains(&drawn), "not drawn:{drawn}");
    }
    assert!(drawing.contains(&format!("head: u{}", 8 * BlockHead::BYTES)));
    assert!(drawing.contains(&format!("header: {}", Header::BYTES)));
}

#[test]
fn a_header_survives_packing() {
    let header = Header {
        data_bytes: 0x0123_4567,
        scratch_words: 0x89ab_cdef,
        shifts: Shifts::new(1, 2, 3, 16),
    };
    assert_eq!(Header::unpack(&header.pack()), header);
    let shifts = header.shifts;
    let all = [shifts.pc(), shifts.slot(), shifts.frame(), shifts.page()];
    assert_eq!(all, [1, 2, 3, 16]);
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
            let header = Header {
                data_bytes: 0,
                scratch_words: 0,
                shifts: Shifts::new(pc_shift, 2, 0, page_shift),
            };
            let section = [&header.pack()[..], starts.as_flattened()].concat();
            let reader = Reader::open(&section).unwrap();

            let page_bytes = 1u64 << (pc_shift + page_shift);
            let edges = (0..=u64::from(pages)).map(|page| page * page_bytes);
            let near = edges.flat_map(|pc| (0..34).map(move |i| (pc + i).saturating_sub(17)));
            let top = (0..17).map(|i| u64::from(u32::MAX) - i);
            for pc in near.chain(top).filter_map(|pc| u32::try_from(pc).ok()) {
                let (page, offset) = (u64::from(pc) / page_bytes, u64::from(pc) % page_bytes);
                let known = pc.is_multiple_of(1 << pc_shift) && page < pages.into();
                let expected = known.then(|| Page {
                    start: 3 * page as usize,
                    end: 3 * page as usize + 3,
                    place: offset as u32 >> pc_shift,
                });
                assert_eq!(reader.page_of(pc), expected, "{pc:#x}");
            }
        }
    }
}
