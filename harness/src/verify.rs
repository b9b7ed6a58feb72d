//! Checks every answer of a scheme against the oracle.

use crate::outcome::WrongAnswer;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stackmap_encoders::{Encoder, Lookup, Oracle, OwnedMap, Reader, Table};

/// Random PCs tried besides the systematic ones.
const RANDOM_PCS: usize = 10_000;
/// How far beyond the last safepoint random PCs may lie.
const BEYOND_THE_LAST: u32 = 1 << 16;

/// How many answers were compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verified {
    pub answers: u64,
}

/// Asks a section of scheme `E` and compares each answer with the oracle's.
pub struct Verifier<'a, E: Encoder> {
    oracle: &'a Oracle,
    reader: E::Reader<'a>,
    scratch: Vec<u64>,
}

impl<'a, E: Encoder> Verifier<'a, E> {
    pub fn open(oracle: &'a Oracle, section: &'a [u8]) -> Result<Self, Box<WrongAnswer>> {
        let reader = E::open(section).map_err(|e| wrong::<E>(oracle, 0, e.to_string()))?;
        Ok(Verifier {
            oracle,
            reader,
            scratch: vec![0; reader.scratch_words()],
        })
    }

    /// The answer to one PC, if it is permitted.
    pub fn look_up(&mut self, pc: u32) -> Result<Lookup<OwnedMap>, Box<WrongAnswer>> {
        let answer = self
            .reader
            .lookup(pc, &mut self.scratch)
            .map_err(|e| wrong::<E>(self.oracle, pc, e.to_string()))?;
        let answer = answer.map(|map| OwnedMap::of(&map));
        let borrowed = match &answer {
            Lookup::Map(map) => Lookup::Map(map),
            Lookup::Empty => Lookup::Empty,
            Lookup::Missing => Lookup::Missing,
        };
        if !self.oracle.permits::<E>(pc, borrowed) {
            return Err(wrong::<E>(self.oracle, pc, format!("{answer:?}")));
        }
        Ok(answer)
    }
}

fn wrong<E: Encoder>(oracle: &Oracle, pc: u32, got: String) -> Box<WrongAnswer> {
    Box::new(WrongAnswer {
        scheme: E::NAME,
        pc,
        expected: format!("{:?}", oracle.lookup(pc)),
        got,
    })
}

/// Verifies scheme `E` at every safepoint, one PC before and after each, in
/// the middle of every gap, at both ends of the address space and at random
/// PCs.
pub fn every_kind_of_pc<E: Encoder>(
    table: &Table,
    oracle: &Oracle,
    section: &[u8],
    seed: u64,
) -> Result<Verified, Box<WrongAnswer>> {
    let mut verifier = Verifier::<E>::open(oracle, section)?;
    let mut verified = Verified::default();
    let mut verify = |pc: u32| {
        verifier.look_up(pc)?;
        verified.answers += 1;
        Ok::<(), Box<WrongAnswer>>(())
    };

    let mut previous = 0;
    for s in table.iter() {
        verify(previous + (s.pc - previous) / 2)?;
        verify(s.pc.saturating_sub(1))?;
        verify(s.pc)?;
        verify(s.pc.saturating_add(1))?;
        previous = s.pc;
    }
    let middle_of_last_gap = previous + (u32::MAX - previous) / 2;
    for pc in [0, 1, middle_of_last_gap, u32::MAX - 1, u32::MAX] {
        verify(pc)?;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let span = previous.saturating_add(BEYOND_THE_LAST);
    for _ in 0..RANDOM_PCS {
        verify(rng.random_range(0..=span))?;
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
        let wrong = every_kind_of_pc::<E>(&table, &oracle, &section.bytes, 1).unwrap_err();
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
        let verified = every_kind_of_pc::<Exact>(&table, &oracle, &section.bytes, 1).unwrap();
        assert!(verified.answers as usize >= 4 * table.len() + RANDOM_PCS);
    }

    #[test]
    fn a_section_that_does_not_open_is_a_wrong_answer() {
        let (table, oracle) = (table(), Oracle::new(&table()));
        every_kind_of_pc::<Exact>(&table, &oracle, &[1, 2, 3], 1).unwrap_err();
    }
}
