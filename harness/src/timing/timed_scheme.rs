//! Schemes as they are timed: a row of monomorphised functions per type.

use super::expected::{self, ExpectFn};
use super::kernel::{self, CODE_COPIES, TimeFn, VisitFn};
use crate::outcome::WrongAnswer;
use crate::scheme::Encode;
use stackmap_encoders::{Encoder, Malformed, Oracle, Reader, SchemeSource};

/// The functions that time a scheme and say what it has to answer.
#[derive(Clone, Copy)]
pub struct TimedScheme {
    pub name: &'static str,
    /// The texts that decide whether old timings stand; a control has none, as
    /// its code is the baseline's, and that alone voids every timing.
    pub source: Option<&'static SchemeSource>,
    pub encode: Encode,
    pub expect: ExpectFn,
    pub batch: [TimeFn; CODE_COPIES],
    /// One lookup, as it is timed.
    pub visit: VisitFn,
    scratch_words: fn(&[u8]) -> Result<usize, Malformed>,
}

impl TimedScheme {
    pub fn of<E: Encoder>(source: &'static SchemeSource) -> TimedScheme {
        TimedScheme::new::<E, false>(Some(source), expected::verified::<E>)
    }

    /// A control that answers as schemes do.
    pub fn control<E: Encoder>() -> TimedScheme {
        TimedScheme::new::<E, false>(None, expected::verified::<E>)
    }

    /// A control that also answers the extra queries, for the same `lookups`.
    pub fn slowed_control<E: Encoder>() -> TimedScheme {
        TimedScheme::new::<E, true>(None, expected::verified::<E>)
    }

    /// A control that answers `Missing` whatever the truth.
    pub fn missing_control<E: Encoder>() -> TimedScheme {
        TimedScheme::new::<E, false>(None, expected::all_missing)
    }

    fn new<E: Encoder, const EXTRA: bool>(
        source: Option<&'static SchemeSource>,
        expect: ExpectFn,
    ) -> TimedScheme {
        let batch = [
            kernel::time_batch::<E, EXTRA, 0>,
            kernel::time_batch::<E, EXTRA, 1>,
            kernel::time_batch::<E, EXTRA, 2>,
            kernel::time_batch::<E, EXTRA, 3>,
            kernel::time_batch::<E, EXTRA, 4>,
            kernel::time_batch::<E, EXTRA, 5>,
            kernel::time_batch::<E, EXTRA, 6>,
            kernel::time_batch::<E, EXTRA, 7>,
        ];
        TimedScheme {
            name: E::NAME,
            source,
            encode: E::encode,
            expect,
            batch,
            visit: kernel::visit::<E, 0>,
            scratch_words: |section| Ok(E::open(section)?.scratch_words()),
        }
    }

    /// Words of scratch that lookups in a section need.
    pub fn scratch_words(&self, section: &[u8]) -> Result<usize, Malformed> {
        (self.scratch_words)(section)
    }

    /// What the right answers to `pcs` add up to.
    pub fn checksum(
        &self,
        oracle: &Oracle,
        section: &[u8],
        pcs: &[u32],
    ) -> Result<u64, Box<WrongAnswer>> {
        let expected = (self.expect)(oracle, section, pcs)?;
        Ok(expected.iter().fold(0, |sum, e| sum.wrapping_add(e.visit)))
    }
}
