//! What is fuzzed: functions of arbitrary bytes that must not panic, hang or
//! ask for absurd amounts of memory. `tests/corpus.rs` replays the committed
//! inputs without an engine.

use stackmap_corpus::recorded;
use stackmap_encoders::{
    Encoder, Lookup, Reader, SchemeSource, SchemeVisitor, StackMap, Table, for_each_scheme,
};
use std::sync::OnceLock;

/// Words of scratch that a careful caller grants.
const SCRATCH: usize = 1 << 16;

/// Most lookups in one section.
const LOOKUPS: u32 = 64;

/// The first byte chooses the scheme; the rest is a section. Looked up are
/// PCs near its start, and whatever its own bytes suggest.
pub fn readers(data: &[u8]) {
    struct Chosen<'d> {
        left: usize,
        section: &'d [u8],
    }
    impl SchemeVisitor for Chosen<'_> {
        fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
            if self.left == 0 {
                ask::<E>(self.section);
            }
            self.left = self.left.wrapping_sub(1);
        }
    }
    let Some((&first, section)) = data.split_first() else {
        return;
    };
    for_each_scheme(&mut Chosen {
        left: usize::from(first) % schemes(),
        section,
    });
}

fn ask<E: Encoder>(section: &[u8]) {
    let Ok(reader) = E::open(section) else { return };
    let mut scratch = vec![0; reader.scratch_words().min(SCRATCH)];
    let words = section.windows(4).filter_map(|w| w.first_chunk());
    let told = words.map(|w| u32::from_le_bytes(*w)).take(LOOKUPS as usize);
    for pc in (0..LOOKUPS).chain(told) {
        if let Ok(answer) = reader.lookup(pc, &mut scratch) {
            let _ = answer.map(|m| m.slots().fold(m.frame_size(), u32::wrapping_add));
        }
    }
}

fn schemes() -> usize {
    struct Count(usize);
    impl SchemeVisitor for Count {
        fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
            self.0 += 1;
        }
    }
    let mut count = Count(0);
    for_each_scheme(&mut count);
    count.0
}

/// Makes a table of the bytes; every scheme has to give it back.
///
/// # Panics
///
/// If one does not.
pub fn round_trip(data: &[u8]) {
    struct Check<'t>(&'t Table);
    impl SchemeVisitor for Check<'_> {
        fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
            let Ok(section) = E::encode(self.0) else {
                return;
            };
            let reader = E::open(&section.bytes).expect(E::NAME);
            let mut scratch = vec![0; reader.scratch_words()];
            for s in self.0.iter() {
                let answer = reader.lookup(s.pc, &mut scratch).expect(E::NAME);
                match answer {
                    Lookup::Map(map) => {
                        assert!(map.slots().eq(s.slots()), "{}: {:#x}", E::NAME, s.pc);
                        let sized = s.is_empty() || map.frame_size() == s.frame_size;
                        assert!(sized, "{}: {:#x}", E::NAME, s.pc);
                    }
                    Lookup::Empty | Lookup::Missing => {
                        assert!(s.is_empty(), "{}: {:#x}", E::NAME, s.pc);
                    }
                }
            }
        }
    }
    let table = table(data);
    for_each_scheme(&mut Check(&table));
}

/// Four bytes a safepoint, or more: the step to its PC, its frame size, the
/// number of live slots, and a byte for the way to each.
fn table(data: &[u8]) -> Table {
    let mut table = Table::complete();
    let (mut pc, mut rest) = (0u64, data);
    while let Some((&[step, high, frame, slots], more)) = rest.split_first_chunk() {
        pc += 1 + u64::from(step) + (u64::from(high) << 8);
        let (ways, more) = more.split_at(more.len().min((slots % 16).into()));
        let mut slot = 0;
        let slots = ways.iter().map(|way| {
            slot += 4 + 4 * u32::from(*way);
            slot
        });
        let slots: Vec<u32> = slots.collect();
        let least = slots.last().map_or(0, |last| last + 4);
        let size = least.next_multiple_of(16) + 16 * u32::from(frame % 64);
        if table.push(pc, size, slots).is_err() {
            break;
        }
        rest = more;
    }
    table
}

/// A recorded file; and, since no mutation survives the hash, the columns of
/// one that is put together around the bytes.
pub fn recorded(data: &[u8]) {
    let _ = recorded::read(data, "input");
    static HEADER: OnceLock<recorded::Header> = OnceLock::new();
    let header = HEADER.get_or_init(|| {
        let file =
            include_bytes!("../../../corpus/recorded/hoot-reflect.x86_64.copying.safepoints");
        recorded::read_header(file, "hoot-reflect").expect("a recording")
    });
    let mut header = header.clone();
    header.body_bytes = data.len() as u64;
    if let Ok(file) = recorded::wrap(&header, data) {
        let _ = recorded::read(&file, "columns");
    }
}

/// A `.cwasm`: its sections, its code and its stack maps.
pub fn cwasm(data: &[u8]) {
    let _ = stackmap_corpus::parse_cwasm("input", data);
}
