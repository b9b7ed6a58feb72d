//! Checks every answer of a scheme against the oracle.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stackmap_encoders::{Encoder, Lookup, Oracle, OwnedMap, Reader, Table};
use std::fmt;

/// Random PCs tried besides the systematic ones.
const RANDOM_PCS: usize = 10_000;

/// How many answers were compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verified {
    pub answers: u64,
}

/// An answer that the truth does not permit.
#[derive(Debug)]
pub struct WrongAnswer {
    pub scheme: &'static str,
    pub pc: u32,
    pub expected: String,
    pub got: String,
}

impl std::error::Error for WrongAnswer {}

impl fmt::Display for WrongAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongAnswer {
            scheme,
            pc,
            expected,
            got,
        } = self;
        write!(
            f,
            "scheme {scheme} is wrong at pc {pc:#x}: expected {expected}, got {got}"
        )
    }
}

/// What came of a scheme's answers, put to use, was not what comes of right
/// ones.
#[derive(Debug)]
pub struct WrongResult(pub String);

impl std::error::Error for WrongResult {}

impl fmt::Display for WrongResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Compares scheme `E` with the oracle at every safepoint, one PC before and
/// after each, in the middle of every gap, at both ends of the address space
/// and at random PCs.
pub fn check<E: Encoder>(
    table: &Table,
    oracle: &Oracle,
    section: &[u8],
    seed: u64,
) -> Result<Verified, Box<WrongAnswer>> {
    let wrong = |pc, got| {
        Box::new(WrongAnswer {
            scheme: E::NAME,
            pc,
            expected: format!("{:?}", oracle.lookup(pc)),
            got,
        })
    };
    let reader = E::open(section).map_err(|e| wrong(0, e.to_string()))?;
    let mut scratch = vec![0; reader.scratch_words()];
    let mut verified = Verified::default();
    let mut compare = |pc: u32| {
        let answer = reader
            .lookup(pc, &mut scratch)
            .map_err(|e| wrong(pc, e.to_string()))?;
        let owned = answer.map(|m| OwnedMap::of(&m));
        let borrowed = match &owned {
            Lookup::Map(map) => Lookup::Map(map),
            Lookup::Empty => Lookup::Empty,
            Lookup::Missing => Lookup::Missing,
        };
        if !oracle.permits::<E>(pc, borrowed) {
            return Err(wrong(pc, format!("{owned:?}")));
        }
        verified.answers += 1;
        Ok(())
    };

    let mut previous = 0;
    for s in table.iter() {
        compare(previous + (s.pc - previous) / 2)?;
        compare(s.pc.saturating_sub(1))?;
        compare(s.pc)?;
        compare(s.pc.saturating_add(1))?;
        previous = s.pc;
    }
    for pc in [
        0,
        1,
        previous + (u32::MAX - previous) / 2,
        u32::MAX - 1,
        u32::MAX,
    ] {
        compare(pc)?;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let span = previous.saturating_add(1 << 16);
    for _ in 0..RANDOM_PCS {
        compare(rng.random_range(0..=span))?;
    }
    Ok(verified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackmap_encoders::exact::{self, Exact};
    use stackmap_encoders::{EncodeError, Malformed, Section};

    fn table() -> Table {
        let mut table = Table::complete();
        for i in 0..200u64 {
            let slots = (0..(i % 4) as u32).map(|s| s * 8);
            table.push(100 + 20 * i, 64, slots).unwrap();
        }
        table
    }

    /// A scheme that writes `exact`'s section for a table gone wrong.
    macro_rules! wrong_scheme {
        ($name:ident, exact: $exact:literal, |$table:ident| $wrong:expr) => {
            #[derive(Clone, Copy)]
            struct $name;
            impl Encoder for $name {
                const NAME: &'static str = stringify!($name);
                const EXACT: bool = $exact;
                const RECORDS_EMPTIES: bool = false;
                type Reader<'s> = exact::Reader<'s>;
                fn encode($table: &Table) -> Result<Section, EncodeError> {
                    Exact::encode(&$wrong)
                }
                fn open(section: &[u8]) -> Result<exact::Reader<'_>, Malformed> {
                    Exact::open(section)
                }
            }
        };
    }

    fn caught<E: Encoder>(pc: u32) {
        let (table, oracle) = (table(), Oracle::new(&table()));
        let section = E::encode(&table).unwrap();
        let wrong = check::<E>(&table, &oracle, &section.bytes, 1).unwrap_err();
        assert_eq!((wrong.scheme, wrong.pc), (E::NAME, pc), "{wrong}");
        assert!(wrong.to_string().contains("expected"), "{wrong}");
    }

    fn copy(table: &Table, mut change: impl FnMut(u32, &mut Vec<u32>)) -> Table {
        let mut out = Table::complete();
        for s in table.iter() {
            let mut slots = s.slots().collect();
            change(s.pc, &mut slots);
            out.push(u64::from(s.pc), 64, slots).unwrap();
        }
        out
    }

    wrong_scheme!(ForgetsOne, exact: true, |table| table.filtered(|pc| pc != 120));
    wrong_scheme!(OneSlotOff, exact: true, |table| copy(table, |pc, slots| {
        if pc == 140 {
            slots[1] += 8;
        }
    }));
    wrong_scheme!(MapsAnEmpty, exact: true, |table| copy(table, |pc, slots| {
        if pc == 180 {
            slots.push(8);
        }
    }));
    wrong_scheme!(KnowsTooMuch, exact: false, |table| {
        let mut more = Table::complete();
        for s in table.iter() {
            more.push(u64::from(s.pc), 64, s.slots()).unwrap();
            if s.pc == 120 {
                more.push(130, 64, [8]).unwrap();
            }
        }
        more
    });

    #[test]
    fn wrong_schemes_are_caught_where_they_are_wrong() {
        caught::<ForgetsOne>(120);
        caught::<OneSlotOff>(140);
        caught::<MapsAnEmpty>(180);
        caught::<KnowsTooMuch>(130);
    }

    #[test]
    fn a_right_scheme_passes_and_every_kind_of_pc_was_asked() {
        let (table, oracle) = (table(), Oracle::new(&table()));
        let section = Exact::encode(&table).unwrap();
        let verified = check::<Exact>(&table, &oracle, &section.bytes, 1).unwrap();
        assert!(verified.answers as usize >= 4 * table.len() + RANDOM_PCS);
    }

    #[test]
    fn a_section_that_does_not_open_is_a_wrong_answer() {
        let (table, oracle) = (table(), Oracle::new(&table()));
        check::<Exact>(&table, &oracle, &[1, 2, 3], 1).unwrap_err();
    }
}
