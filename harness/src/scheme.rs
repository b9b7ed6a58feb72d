//! Schemes as values: one row of monomorphised functions per registered type.

use crate::outcome::WrongAnswer;
use crate::verify::{self, Verified};
use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde::Serialize;
use stackmap_corpus::Module;
use stackmap_encoders::{
    EncodeError, Encoder, Lookup, Malformed, Oracle, OwnedMap, Reader, SchemeVisitor, Section,
    Table, for_each_scheme, source_lines,
};

/// What a section says of a PC; a section that cannot be opened says so of
/// every PC.
pub type Answer = Result<Lookup<OwnedMap>, Malformed>;

/// Writes a table as a section.
pub type Encode = fn(&Table) -> Result<Section, EncodeError>;

/// Opens a section and looks every PC up.
pub type LookUpAll = fn(&[u8], &[u32]) -> Vec<Answer>;

/// Compares a section's answers with the oracle's, from a seed.
type Verify = fn(&Table, &Oracle, &[u8], u64) -> Result<Verified, Box<WrongAnswer>>;

/// A scheme and the functions that the harness runs on it.
#[derive(Clone, Copy)]
pub struct Scheme {
    pub facts: Facts,
    pub encode: Encode,
    verify: Verify,
    pub look_up_all: LookUpAll,
}

/// What the decision needs to know about a scheme besides its measurements.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Facts {
    pub name: &'static str,
    pub exact: bool,
    pub records_empties: bool,
    pub tri_state: bool,
    pub recommendable: bool,
    pub reader_lines: usize,
    pub writer_lines: usize,
}

impl Scheme {
    fn of<E: Encoder>(source: &'static str) -> Scheme {
        let lines = source_lines(source);
        Scheme {
            facts: Facts {
                name: E::NAME,
                exact: E::EXACT,
                records_empties: E::RECORDS_EMPTIES,
                tri_state: E::TRI_STATE,
                recommendable: E::RECOMMENDABLE,
                reader_lines: lines.reader,
                writer_lines: lines.writer,
            },
            encode: E::encode,
            verify: verify::every_kind_of_pc::<E>,
            look_up_all: look_up_all::<E>,
        }
    }

    pub fn name(&self) -> &'static str {
        self.facts.name
    }

    /// Encodes a module and compares all answers with the oracle's.
    pub fn encode_verified(
        &self,
        module: &Module,
        oracle: &Oracle,
        seed: u64,
    ) -> Result<(Section, Verified)> {
        let section = (self.encode)(&module.table)
            .with_context(|| format!("{}: scheme {}", module.id(), self.name()))?;
        let verified = (self.verify)(&module.table, oracle, &section.bytes, seed)
            .map_err(|wrong| anyhow::Error::new(*wrong).context(module.id()))?;
        Ok((section, verified))
    }

    /// What the scheme writes if it is told of no safepoint without
    /// references, and that there is none: range merging without mandatory
    /// empty maps.
    pub fn encode_without_empties(&self, table: &Table) -> Result<Vec<u8>> {
        let mut maps = Table::complete();
        for s in table.iter_maps() {
            maps.push_bitmap(s.pc.into(), s.frame_size, s.bitmap.iter().copied())?;
        }
        Ok((self.encode)(&maps)?.bytes)
    }
}

/// Ranges merged without mandatory empty maps, known to be wrong: the control
/// of everything that looks for wrong answers.
pub struct NaiveRanges;

impl NaiveRanges {
    pub const NAME: &'static str = "ranges-naive";
    /// The scheme that is told of no empties.
    pub const OF: &'static str = "ranges";
}

fn look_up_all<E: Encoder>(section: &[u8], pcs: &[u32]) -> Vec<Answer> {
    // A damaged header may ask for any amount of scratch.
    const MOST: usize = 1 << 20;
    let opened = E::open(section).map(|reader| (reader, reader.scratch_words().min(MOST)));
    let mut scratch = vec![0; opened.as_ref().map_or(0, |(_, words)| *words)];
    let mut one = |pc: &u32| {
        let (reader, _) = opened?;
        let answer = reader.lookup(*pc, &mut scratch)?;
        Ok(answer.map(|map| OwnedMap::of(&map)))
    };
    pcs.iter().map(&mut one).collect()
}

/// All registered schemes, the baseline first.
pub fn all() -> Vec<Scheme> {
    struct Collect(Vec<Scheme>);
    impl SchemeVisitor for Collect {
        fn visit<E: Encoder>(&mut self, source: &'static str) {
            self.0.push(Scheme::of::<E>(source));
        }
    }
    let mut collect = Collect(Vec::new());
    for_each_scheme(&mut collect);
    collect.0
}

/// The schemes whose name matches, and the baseline that ratios need.
pub fn matching(pattern: Option<&Regex>) -> Result<Vec<Scheme>> {
    let mut schemes = all();
    let baseline = schemes[0].name();
    if let Some(pattern) = pattern {
        let names: Vec<_> = schemes.iter().map(Scheme::name).collect();
        ensure!(
            names.iter().any(|name| pattern.is_match(name)),
            "no scheme matches {pattern}; there are {}",
            names.join(", ")
        );
        schemes.retain(|s| s.name() == baseline || pattern.is_match(s.name()));
    }
    Ok(schemes)
}
