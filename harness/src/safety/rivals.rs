//! Who is asked: every scheme, and controls whose faults are known.

use super::outcome::Answer;
use super::truth::Truth;
use crate::scheme::{self, Answer as AnswerFn, Scheme};
use anyhow::Result;
use stackmap_encoders::{Lookup, Malformed, Table};

/// A scheme, or one made worse or better on purpose.
pub struct Rival {
    pub name: String,
    scheme: Scheme,
    twist: Twist,
}

/// How a rival differs from its scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twist {
    None,
    /// The writer is told of no safepoint without references: ranges swallow
    /// those between equal maps.
    NoEmpties,
    /// A PC without an entry gets the map before it in its function, as in
    /// GHSA-4873-36h9-wv49.
    MapBefore,
    /// A PC in a function without maps gets the last map of a function before
    /// it, as in wasmtime#2386.
    FunctionBefore,
    /// The section ends in a CRC-32 that is checked on opening.
    Checksum,
}

/// All rivals, the schemes first.
pub fn all(schemes: &[Scheme]) -> Vec<Rival> {
    let rival = |name: &str, scheme: &Scheme, twist| Rival {
        name: name.to_owned(),
        scheme: *scheme,
        twist,
    };
    let mut rivals: Vec<Rival> = schemes
        .iter()
        .map(|s| rival(s.name(), s, Twist::None))
        .collect();
    let controls = [
        ("ranges", "ranges-naive", Twist::NoEmpties),
        ("exact", "bug-map-before", Twist::MapBefore),
        ("exact", "bug-function-before", Twist::FunctionBefore),
        ("blocks", "blocks+crc32", Twist::Checksum),
    ];
    for (of, name, twist) in controls {
        let found = schemes.iter().find(|s| s.name() == of);
        rivals.extend(found.map(|scheme| rival(name, scheme, twist)));
    }
    rivals
}

impl Rival {
    pub fn encode(&self, table: &Table) -> Result<Vec<u8>> {
        let mut section = match self.twist {
            Twist::NoEmpties => scheme::encode_naively(&self.scheme, table)?,
            _ => (self.scheme.encode)(table)?.bytes,
        };
        if self.twist == Twist::Checksum {
            section.extend(crc32fast::hash(&section).to_le_bytes());
        }
        Ok(section)
    }

    /// What the rival says of each PC.
    pub fn answer(&self, section: &[u8], pcs: &[u32], truth: &Truth) -> Vec<Answer> {
        let answers: AnswerFn = self.scheme.answer;
        match self.twist {
            Twist::None | Twist::NoEmpties => answers(section, pcs),
            Twist::Checksum => match section.split_last_chunk() {
                Some((section, crc)) if crc32fast::hash(section).to_le_bytes() == *crc => {
                    answers(section, pcs)
                }
                _ => vec![Err(Malformed::InvalidField); pcs.len()],
            },
            Twist::MapBefore | Twist::FunctionBefore => {
                let instead: Vec<u32> = pcs.iter().map(|&pc| self.instead(pc, truth)).collect();
                let first = answers(section, pcs).into_iter();
                let second = answers(section, &instead).into_iter();
                let chosen = first.zip(second).map(|(first, second)| match first {
                    Ok(Lookup::Missing) => second,
                    found => found,
                });
                chosen.collect()
            }
        }
    }

    /// The PC whose map is given where there is none.
    fn instead(&self, pc: u32, truth: &Truth) -> u32 {
        let Some(before) = truth.map_before(pc) else {
            return pc;
        };
        let function = truth.function(pc);
        let same = function.is_some_and(|f| f.covers_return(before));
        let mapless =
            function.is_some_and(|f| truth.safepoints(f).all(|i| truth.table.get(i).is_empty()));
        match self.twist {
            Twist::MapBefore if same => before,
            Twist::FunctionBefore if mapless => before,
            _ => pc,
        }
    }
}
