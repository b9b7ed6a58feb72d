//! Schemes as values: one row of monomorphised functions per registered type.

use crate::latency::Timer;
use crate::verify::{self, Verified, WrongAnswer};
use anyhow::{Result, ensure};
use regex::Regex;
use serde::Serialize;
use stackmap_encoders::{
    EncodeError, Encoder, Lookup, Malformed, Oracle, OwnedMap, Reader, SchemeVisitor, Section,
    Table, for_each_scheme, source_lines,
};

/// Compares a section's answers with the oracle's, from a seed.
pub type Verify = fn(&Table, &Oracle, &[u8], u64) -> Result<Verified, Box<WrongAnswer>>;

/// What a section says of each PC; a section that cannot be opened says so
/// every time.
pub type Answer = fn(&[u8], &[u32]) -> Vec<Result<Lookup<OwnedMap>, Malformed>>;

/// A scheme and the functions that the harness runs on it.
#[derive(Clone, Copy)]
pub struct Scheme {
    pub facts: Facts,
    pub encode: fn(&Table) -> Result<Section, EncodeError>,
    pub verify: Verify,
    pub answer: Answer,
    pub time: Timer,
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
            verify: verify::check::<E>,
            answer: answer::<E>,
            time: Timer::of::<E>(source),
        }
    }

    pub fn name(&self) -> &'static str {
        self.facts.name
    }
}

/// Opens a section and looks every PC up.
pub fn answer<E: Encoder>(section: &[u8], pcs: &[u32]) -> Vec<Result<Lookup<OwnedMap>, Malformed>> {
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

/// What the scheme writes if it is told of no safepoint without references,
/// and that there is none: range merging without mandatory empty maps.
pub fn encode_naively(scheme: &Scheme, table: &Table) -> Result<Vec<u8>> {
    let mut maps = Table::complete();
    for s in table.iter_maps() {
        maps.push_bitmap(s.pc.into(), s.frame_size, s.bitmap.iter().copied())?;
    }
    Ok((scheme.encode)(&maps)?.bytes)
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
