//! What lookups must add to the checksum, from answers that were compared with
//! the oracle's.

use super::kernel::{EMPTY, MISSING, ROTATION};
use crate::outcome::WrongAnswer;
use crate::verify::Verifier;
use stackmap_encoders::{Encoder, Lookup, Oracle, OwnedMap};

/// What one lookup must add to the checksum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub visit: u64,
    pub lookup: u64,
}

/// What a scheme must answer, by PC.
pub type ExpectFn = fn(&Oracle, &[u8], &[u32]) -> Result<Vec<Expected>, Box<WrongAnswer>>;

/// What scheme `E` must answer at each PC.
pub fn verified<E: Encoder>(
    oracle: &Oracle,
    section: &[u8],
    pcs: &[u32],
) -> Result<Vec<Expected>, Box<WrongAnswer>> {
    let mut verifier = Verifier::<E>::open(oracle, section)?;
    let mut expect = |pc: &u32| {
        let answer = verifier.look_up(*pc)?;
        Ok(Expected {
            visit: sum(&answer, true),
            lookup: sum(&answer, false),
        })
    };
    pcs.iter().map(&mut expect).collect()
}

/// What a scheme must answer that knows of nothing.
pub fn all_missing(_: &Oracle, _: &[u8], pcs: &[u32]) -> Result<Vec<Expected>, Box<WrongAnswer>> {
    let (visit, lookup) = (MISSING, MISSING);
    Ok(vec![Expected { visit, lookup }; pcs.len()])
}

/// The checksum of an answer, written plainly and apart from the timed code.
fn sum(answer: &Lookup<OwnedMap>, visit: bool) -> u64 {
    match answer {
        Lookup::Empty => EMPTY,
        Lookup::Missing => MISSING,
        Lookup::Map(map) => {
            let slots = if visit { map.slots.as_slice() } else { &[] };
            let start = u64::from(map.frame_size);
            slots.iter().fold(start, |sum, &slot| {
                sum.rotate_left(ROTATION) ^ u64::from(slot)
            })
        }
    }
}
