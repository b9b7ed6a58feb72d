//! Who is asked: every scheme, and variants whose faults are known.

use super::truth::Truth;
use crate::scheme::{Answer, Scheme};
use anyhow::Result;
use stackmap_encoders::blocks::Blocks;
use stackmap_encoders::ranges::Ranges;
use stackmap_encoders::{Encoder, Lookup, Malformed, Table};
use stackmap_reports::results::{
    BASELINE, BLOCKS_CRC32, BUG_FUNCTION_BEFORE, BUG_MAP_BEFORE, RANGES_NAIVE,
};

/// A scheme, as it is or made worse or better on purpose.
pub struct Variant {
    pub name: &'static str,
    scheme: Scheme,
    change: Change,
}

/// How a variant differs from its scheme.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
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

/// The changed schemes: of which, under what name, and how.
const CHANGED: [(&str, &str, Change); 4] = [
    (Ranges::NAME, RANGES_NAIVE, Change::NoEmpties),
    (BASELINE, BUG_MAP_BEFORE, Change::MapBefore),
    (BASELINE, BUG_FUNCTION_BEFORE, Change::FunctionBefore),
    (Blocks::NAME, BLOCKS_CRC32, Change::Checksum),
];

/// All that can be made of the schemes, these themselves first.
pub fn all(schemes: &[Scheme]) -> Vec<Variant> {
    let as_it_is = |scheme: &Scheme| Variant {
        name: scheme.name,
        scheme: *scheme,
        change: Change::None,
    };
    let mut variants: Vec<Variant> = schemes.iter().map(as_it_is).collect();
    for (of, name, change) in CHANGED {
        let scheme = schemes.iter().find(|s| s.name == of);
        variants.extend(scheme.map(|&scheme| Variant {
            name,
            scheme,
            change,
        }));
    }
    variants
}

impl Variant {
    pub fn encode(&self, table: &Table) -> Result<Vec<u8>> {
        let mut section = match self.change {
            Change::NoEmpties => self.scheme.encode_without_empties(table)?,
            _ => (self.scheme.encode)(table)?.bytes,
        };
        if self.change == Change::Checksum {
            section.extend(crc32fast::hash(&section).to_le_bytes());
        }
        Ok(section)
    }

    /// What the variant says of each PC.
    pub fn look_up_all(&self, section: &[u8], pcs: &[u32], truth: &Truth) -> Vec<Answer> {
        let look_up_all = self.scheme.look_up_all;
        match self.change {
            Change::None | Change::NoEmpties => look_up_all(section, pcs),
            Change::Checksum => match section.split_last_chunk() {
                Some((section, crc)) if crc32fast::hash(section).to_le_bytes() == *crc => {
                    look_up_all(section, pcs)
                }
                _ => vec![Err(Malformed::InvalidField); pcs.len()],
            },
            Change::MapBefore | Change::FunctionBefore => {
                let instead: Vec<u32> = pcs.iter().map(|&pc| self.instead(pc, truth)).collect();
                let first = look_up_all(section, pcs).into_iter();
                let second = look_up_all(section, &instead).into_iter();
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
        match self.change {
            Change::MapBefore if same => before,
            Change::FunctionBefore if mapless => before,
            _ => pc,
        }
    }
}
