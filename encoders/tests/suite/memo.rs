//! A memo answers what the scheme behind it answers, and asks it seldom.

use crate::common::{interesting_pcs, tables};
use proptest::prelude::*;
use stackmap_encoders::{
    Encoder, Lookup, Malformed, Memo, Oracle, OwnedMap, Reader, SchemeSource, SchemeVisitor, Table,
    for_each_scheme,
};

/// Asks every scheme, through memos of a few sizes, for these PCs.
struct ThroughMemos<'t> {
    table: &'t Table,
    pcs: &'t [u32],
}

impl SchemeVisitor for ThroughMemos<'_> {
    fn visit<E: Encoder>(&mut self, _: &'static SchemeSource) {
        let oracle = Oracle::new(self.table);
        let section = E::encode(self.table).unwrap();
        let reader = E::open(&section.bytes).unwrap();
        let mut scratch = vec![u64::MAX; reader.scratch_words()];
        for entries in [1, 3, 16] {
            let mut memo = Memo::new(entries);
            for &pc in self.pcs {
                let scratch = scratch.as_mut_slice();
                let answer = memo.lookup(pc, || reader.lookup(pc, scratch)).unwrap();
                assert!(
                    oracle.permits::<E>(pc, answer),
                    "{}: {pc:#x}: {answer:?}",
                    E::NAME
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_through_a_memo_is_the_truth(table in tables(60), order in prop::collection::vec(any::<prop::sample::Index>(), 200)) {
        let all = interesting_pcs(&table);
        let pcs: Vec<u32> = order.iter().map(|index| all[index.index(all.len())]).collect();
        for_each_scheme(&mut ThroughMemos { table: &table, pcs: &pcs });
    }
}

/// A map of one slot whose offset is the PC.
fn answer(pc: u32) -> Result<Lookup<SlotAt>, Malformed> {
    Ok(Lookup::Map(SlotAt(pc)))
}

struct SlotAt(u32);

impl stackmap_encoders::StackMap for SlotAt {
    fn frame_size(&self) -> u32 {
        self.0 + 4
    }

    fn slots(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.0)
    }
}

fn knows(memo: &mut Memo, pc: u32) -> bool {
    let mut asked = false;
    let found = memo.lookup(pc, || {
        asked = true;
        answer(pc)
    });
    let expected = OwnedMap {
        frame_size: pc + 4,
        slots: vec![pc],
    };
    assert_eq!(found, Ok(Lookup::Map(&expected)));
    !asked
}

#[test]
fn the_scheme_is_asked_once_until_the_memo_is_cleared_or_the_entry_taken() {
    let mut memo = Memo::new(1); // of one set, which has two entries
    assert!(!knows(&mut memo, 4) && knows(&mut memo, 4));
    assert!(!knows(&mut memo, 8) && knows(&mut memo, 4) && knows(&mut memo, 8));
    assert!(!knows(&mut memo, 12) && knows(&mut memo, 8) && !knows(&mut memo, 4));
    memo.clear();
    assert!(!knows(&mut memo, 8));
}

#[test]
fn an_error_is_not_kept() {
    let mut memo = Memo::new(1);
    assert!(!knows(&mut memo, 4));
    let failed = memo.lookup(8, || Err::<Lookup<SlotAt>, _>(Malformed::Truncated));
    assert_eq!(failed, Err(Malformed::Truncated));
    assert!(!knows(&mut memo, 8));
    assert!(!knows(&mut memo, 4));
}
