//! Tables to test with: random ones, and shapes that schemes find hard.

use proptest::prelude::*;
use stackmap_encoders::{Encoder, Lookup, Oracle, OwnedMap, Reader, Table};

/// One row: gap to the PC before, frame size and slots (none for an empty).
type Row = (u32, u32, Vec<u32>);

fn table(first: u32, rows: Vec<Row>) -> Table {
    let mut table = Table::complete();
    let mut pc = u64::from(first);
    for (gap, frame_size, slots) in rows {
        table.push(pc, frame_size, slots).unwrap();
        pc += u64::from(gap) + 1;
        if pc > u64::from(u32::MAX) - 1 {
            break;
        }
    }
    table
}

fn gap() -> impl Strategy<Value = u32> {
    prop_oneof![
        8 => 0u32..64,
        2 => 0u32..4096,
        1 => 0u32..200_000,
        1 => 0u32..0x4000_0000,
    ]
}

/// Rows drawn from few frames, so that neighbours are often equal.
fn repetitive_row() -> impl Strategy<Value = Row> {
    let slots = prop_oneof![
        2 => Just(vec![]),
        3 => Just(vec![8]),
        3 => Just(vec![8, 24]),
        1 => Just(vec![0, 4, 8, 12]),
        1 => prop::collection::btree_set(0u32..40, 0..6)
            .prop_map(|s| s.into_iter().map(|s| s * 4).collect()),
    ];
    (
        gap(),
        prop_oneof![Just(160u32), Just(192), Just(4000)],
        slots,
    )
}

/// Rows with nothing in common, large frames included.
fn wild_row() -> impl Strategy<Value = Row> {
    (gap(), 1u32..20_000).prop_flat_map(|(gap, frame_size)| {
        let slots = prop::collection::btree_set(0..frame_size.div_ceil(4), 0..50)
            .prop_map(|s| s.into_iter().map(|s| s * 4).collect());
        (Just(gap), Just(frame_size), slots)
    })
}

/// A complete table of up to `rows` safepoints.
pub fn tables(rows: usize) -> impl Strategy<Value = Table> {
    let rows = prop_oneof![
        prop::collection::vec(repetitive_row(), 0..rows),
        prop::collection::vec(wild_row(), 0..rows / 4),
        slow_walk(rows),
    ];
    (
        prop_oneof![Just(0u32), any::<u16>().prop_map(u32::from), any::<u32>()],
        rows,
    )
        .prop_map(|(first, rows)| table(first, rows))
}

/// One large frame whose map changes by a slot or two from row to row, as in a
/// giant initialiser.
fn slow_walk(rows: usize) -> impl Strategy<Value = Vec<Row>> {
    let toggles = prop::collection::vec((gap(), prop::collection::vec(0u32..3000, 0..3)), 0..rows);
    (prop_oneof![Just(4u32), Just(8)], toggles).prop_map(|(granule, toggles)| {
        let mut live = std::collections::BTreeSet::new();
        let step = |(gap, toggled): (u32, Vec<u32>)| {
            for slot in toggled {
                if !live.remove(&(slot * granule)) {
                    live.insert(slot * granule);
                }
            }
            (gap, 3000 * granule, live.iter().copied().collect())
        };
        toggles.into_iter().map(step).collect()
    })
}

/// What scheme `E` answers, copied out; readers must not touch more scratch
/// than they ask for.
pub fn answer<E: Encoder>(section: &[u8], pc: u32) -> Lookup<OwnedMap> {
    let reader = E::open(section).unwrap();
    let mut scratch = vec![u64::MAX; reader.scratch_words()];
    reader
        .lookup(pc, &mut scratch)
        .unwrap()
        .map(|m| OwnedMap::of(&m))
}

/// PCs at, next to and between safepoints, and at both ends of the range.
pub fn interesting_pcs(table: &Table) -> Vec<u32> {
    let mut pcs = vec![0, 1, u32::MAX - 1, u32::MAX];
    for s in table.iter() {
        pcs.extend([s.pc.saturating_sub(1), s.pc, s.pc.saturating_add(1)]);
    }
    let gaps = table.iter().zip(table.iter().skip(1));
    pcs.extend(gaps.map(|(a, b)| a.pc + (b.pc - a.pc) / 2));
    pcs
}

/// Asserts that scheme `E` gives the truth at every interesting PC.
pub fn check<E: Encoder>(table: &Table, section: &[u8]) {
    let oracle = Oracle::new(table);
    for pc in interesting_pcs(table) {
        let got = answer::<E>(section, pc);
        let got = match &got {
            Lookup::Map(map) => Lookup::Map(map),
            Lookup::Empty => Lookup::Empty,
            Lookup::Missing => Lookup::Missing,
        };
        assert!(
            oracle.permits::<E>(pc, got),
            "{} at {pc:#x}: expected {:?}, got {got:?}",
            E::NAME,
            oracle.lookup(pc)
        );
    }
}
