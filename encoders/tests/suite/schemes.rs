//! One suite, run over every scheme in the registry.

use crate::common::{check, tables};
use proptest::prelude::*;
use stackmap_encoders::{
    EncodeError, Encoder, Reader, SchemeSource, SchemeVisitor, Section, StackMap, Table,
    for_each_scheme,
};

/// Runs a closure-like struct over all schemes.
macro_rules! each_scheme {
    (|$e:ident, $source:ident $(, $name:ident: $ty:ty)*| $body:block) => {{
        struct V<'a> { $($name: $ty,)* marker: std::marker::PhantomData<&'a ()> }
        impl SchemeVisitor for V<'_> {
            fn visit<$e: Encoder>(&mut self, $source: &'static SchemeSource) {
                $(let $name = &self.$name;)*
                $body
            }
        }
        for_each_scheme(&mut V { $($name,)* marker: std::marker::PhantomData });
    }};
}

fn encode<E: Encoder>(table: &Table) -> Section {
    let section = E::encode(table).unwrap_or_else(|e| panic!("{}: {e}", E::NAME));
    assert_eq!(
        section.parts.total(),
        section.bytes.len(),
        "{}: parts",
        E::NAME
    );
    section
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_the_truth(table in tables(300)) {
        let table = &table;
        each_scheme!(|E, _source, table: &'a Table| { check::<E>(table, &encode::<E>(table).bytes); });
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), pcs in prop::collection::vec(any::<u32>(), 20)) {
        let (bytes, pcs) = (&bytes, &pcs);
        each_scheme!(|E, _source, bytes: &'a [u8], pcs: &'a [u32]| { exercise::<E>(bytes, pcs); });
    }

    #[test]
    fn corrupt_sections_never_panic(table in tables(60), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let (table, flips, cut) = (&table, &flips, &cut);
        each_scheme!(|E, _source, table: &'a Table, flips: &'a Vec<(prop::sample::Index, u8)>, cut: &'a prop::sample::Index| {
            let pcs = crate::common::interesting_pcs(table);
            let mut bytes = encode::<E>(table).bytes;
            if !bytes.is_empty() {
                for (at, value) in flips.iter() {
                    let at = at.index(bytes.len());
                    bytes[at] ^= value;
                }
                exercise::<E>(&bytes, &pcs);
                bytes.truncate(cut.index(bytes.len()));
                exercise::<E>(&bytes, &pcs);
            }
        });
    }
}

/// Looks up and visits without caring for the answers. The scratch buffer is
/// capped as a careful caller would cap it.
fn exercise<E: Encoder>(bytes: &[u8], pcs: &[u32]) {
    let Ok(reader) = E::open(bytes) else { return };
    let mut scratch = vec![0; reader.scratch_words().min(1 << 16)];
    for &pc in pcs {
        if let Ok(answer) = reader.lookup(pc, &mut scratch) {
            let _ = answer.map(|m| m.slots().fold(m.frame_size(), u32::wrapping_add));
        }
    }
}

#[test]
fn sections_read_at_any_alignment() {
    let mut table = Table::complete();
    for i in 0..500u32 {
        let slots = (0..i % 7).map(|s| s * 8);
        table.push(u64::from(i * 13), 64, slots).unwrap();
    }
    let table = &table;
    each_scheme!(|E, _source, table: &'a Table| {
        for shift in 0..8 {
            let mut shifted = vec![0xaa; shift];
            shifted.extend(encode::<E>(table).bytes);
            check::<E>(table, &shifted[shift..]);
        }
    });
}

#[test]
fn safepoints_may_lie_as_far_apart_as_32_bits_allow() {
    let mut table = Table::complete();
    for (pc, slots) in [(0, 1), (1, 2), (2, 0), (3 << 30, 1), (u32::MAX - 1, 1)] {
        table
            .push(pc.into(), 64, (0..slots).map(|slot| slot * 8))
            .unwrap();
    }
    let table = &table;
    each_scheme!(|E, _source, table: &'a Table| {
        check::<E>(table, &encode::<E>(table).bytes);
    });
}

#[test]
fn a_table_without_maps_is_an_empty_section() {
    let mut only_empties = Table::complete();
    only_empties.push(16, 0, []).unwrap();
    for table in [&Table::complete(), &only_empties] {
        each_scheme!(|E, _source, table: &'a Table| {
            let section = encode::<E>(table);
            assert!(section.bytes.is_empty() || E::TRI_STATE, "{}", E::NAME);
            check::<E>(table, &section.bytes);
        });
    }
}

#[test]
fn schemes_that_record_empties_refuse_an_incomplete_table() {
    let mut table = Table::incomplete();
    table.push(4, 16, [8]).unwrap();
    let table = &table;
    each_scheme!(|E, _source, table: &'a Table| {
        match E::encode(table) {
            Err(error) => {
                assert!(E::RECORDS_EMPTIES, "{}: {error}", E::NAME);
                assert_eq!(error, EncodeError::IncompleteTable { scheme: E::NAME });
            }
            Ok(_) => assert!(!E::RECORDS_EMPTIES, "{} took it", E::NAME),
        }
    });
}
