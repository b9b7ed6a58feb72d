//! `exact` against the crate that defines it.

use object::{Object, ObjectSection};
use proptest::prelude::*;
use stackmap_encoders::exact::Exact;
use stackmap_encoders::{Encoder, Lookup, OwnedMap, Table};
use wasmtime_environ::{StackMap, StackMapSection};

/// The section as Wasmtime's own builder writes it; none when it is empty.
fn wasmtime_section(table: &Table) -> Vec<u8> {
    let mut builder = StackMapSection::default();
    for s in table.iter() {
        let slots: Vec<u32> = s.slots().collect();
        builder.push(u64::from(s.pc), s.frame_size, slots.into_iter());
    }
    let mut elf = object::write::Object::new(
        object::BinaryFormat::Elf,
        object::Architecture::X86_64,
        object::Endianness::Little,
    );
    builder.append_to(&mut elf);
    let elf = elf.write().unwrap();
    let file = object::File::parse(&elf[..]).unwrap();
    file.section_by_name(wasmtime_environ::obj::ELF_WASMTIME_STACK_MAP)
        .map(|s| s.data().unwrap().to_vec())
        .unwrap_or_default()
}

fn wasmtime_answer(section: &[u8], pc: u32) -> Lookup<OwnedMap> {
    match StackMap::lookup(pc, section) {
        Some(map) => Lookup::Map(OwnedMap {
            frame_size: map.frame_size(),
            slots: map.offsets().collect(),
        }),
        None => Lookup::Missing,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn same_bytes_and_same_answers(table in crate::common::tables(200)) {
        let ours = Exact::encode(&table).unwrap().bytes;
        prop_assert_eq!(&ours, &wasmtime_section(&table));
        for pc in crate::common::interesting_pcs(&table) {
            prop_assert_eq!(crate::common::answer::<Exact>(&ours, pc), wasmtime_answer(&ours, pc));
        }
    }

    #[test]
    fn same_verdict_on_damaged_bytes(table in crate::common::tables(20), cut in any::<prop::sample::Index>()) {
        let mut bytes = Exact::encode(&table).unwrap().bytes;
        bytes.truncate(cut.index(bytes.len() + 1));
        for pc in crate::common::interesting_pcs(&table) {
            let ours = match Exact::open(&bytes).and_then(|r| {
                stackmap_encoders::Reader::lookup(&r, pc, &mut []).map(|l| l.map(|m| OwnedMap::of(&m)))
            }) {
                Ok(answer) => answer,
                Err(_) => Lookup::Missing,
            };
            prop_assert_eq!(ours, wasmtime_answer(&bytes, pc));
        }
    }
}
