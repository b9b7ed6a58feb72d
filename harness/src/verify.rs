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
