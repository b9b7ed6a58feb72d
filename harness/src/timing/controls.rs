//! Schemes with a known result that run beside the others: they show what the
//! measurement itself can and cannot see.

use super::timed_scheme::TimedScheme;
use stackmap_encoders::exact::{self, Exact};
use stackmap_encoders::{
    BitmapMap, EncodeError, Encoder, Lookup, Malformed, Reader, Section, Table,
};
use stackmap_reports::results::{AGAIN, EMPTY_LOOKUP, SLOW};

/// For this many queries [`SLOW`] answers one more.
pub const SLOW_ONE_IN: usize = 20;

/// The controls, in a fixed order.
pub fn all() -> [TimedScheme; 3] {
    [
        TimedScheme::control::<Again<false>>(),
        TimedScheme::slowed_control::<Again<true>>(),
        TimedScheme::missing_control::<Nothing>(),
    ]
}

#[derive(Clone, Copy)]
struct Again<const SLOWED: bool>;

impl<const SLOWED: bool> Encoder for Again<SLOWED> {
    const NAME: &'static str = if SLOWED { SLOW } else { AGAIN };
    const EXACT: bool = Exact::EXACT;
    const RECORDS_EMPTIES: bool = Exact::RECORDS_EMPTIES;
    type Reader<'s> = exact::Reader<'s>;

    fn encode(table: &Table) -> Result<Section, EncodeError> {
        Exact::encode(table)
    }

    #[inline]
    fn open(section: &[u8]) -> Result<exact::Reader<'_>, Malformed> {
        Exact::open(section)
    }
}

#[derive(Clone, Copy)]
struct Nothing;

impl Encoder for Nothing {
    const NAME: &'static str = EMPTY_LOOKUP;
    const EXACT: bool = true;
    const RECORDS_EMPTIES: bool = false;
    type Reader<'s> = Nothing;

    fn encode(_: &Table) -> Result<Section, EncodeError> {
        Ok(Section::default())
    }

    #[inline]
    fn open(_: &[u8]) -> Result<Nothing, Malformed> {
        Ok(Nothing)
    }
}

impl<'s> Reader<'s> for Nothing {
    type Map<'m>
        = BitmapMap<'m>
    where
        's: 'm;

    #[inline]
    fn lookup<'m>(&self, _: u32, _: &'m mut [u64]) -> Result<Lookup<BitmapMap<'m>>, Malformed>
    where
        's: 'm,
    {
        Ok(Lookup::Missing)
    }
}
