//! Schemes as values: one row of monomorphised functions per registered type.

use crate::outcome::WrongAnswer;
use crate::review::{self, Flow};
use crate::verify::{self, Verified};
use anyhow::{Context, Result, ensure};
use regex::Regex;
use stackmap_corpus::Module;
use stackmap_encoders::{
    EncodeError, Encoder, Lookup, MEMO, Malformed, Oracle, OwnedMap, Reader, SchemeSource,
    SchemeVisitor, Section, Table, for_each_scheme,
};
use stackmap_reports::results::{BASELINE, SchemeRow};

/// What a section says of a PC; a section that cannot be opened says so of
/// every PC.
pub type Answer = Result<Lookup<OwnedMap>, Malformed>;

/// Writes a table as a section.
pub type Encode = fn(&Table) -> Result<Section, EncodeError>;

/// Opens a section and looks every PC up.
pub type LookUpAll = fn(&[u8], &[u32]) -> Vec<Answer>;

/// Compares a section's answers with the oracle's, from a seed.
type Verify = fn(&Table, &Oracle, &[u8], u64) -> Result<Verified, Box<WrongAnswer>>;

/// Lines in Wasmtime's compiler that hand empty safepoints to the writer: those of
/// code that `upstream/patches/0001-empty-stack-maps.patch` adds.
const EMPTIES_LINES: u64 = 12;

/// A scheme and the functions that the harness runs on it.
#[derive(Clone, Copy)]
pub struct Scheme {
    pub name: &'static str,
    pub source: &'static SchemeSource,
    pub encode: Encode,
    pub look_up_all: LookUpAll,
    verify: Verify,
    row: fn(&SchemeSource) -> SchemeRow,
}

impl Scheme {
    fn of<E: Encoder>(source: &'static SchemeSource) -> Scheme {
        Scheme {
            name: E::NAME,
            source,
            encode: E::encode,
            look_up_all: look_up_all::<E>,
            verify: verify::every_kind_of_pc::<E>,
            row: row::<E>,
        }
    }

    /// What the decision needs to know of it besides its measurements.
    pub fn row(&self) -> SchemeRow {
        (self.row)(self.source)
    }

    /// Encodes a module and compares all answers with the oracle's.
    pub fn encode_verified(
        &self,
        module: &Module,
        oracle: &Oracle,
        seed: u64,
    ) -> Result<(Section, Verified)> {
        let section = (self.encode)(&module.table)
            .with_context(|| format!("{}: scheme {}", module.key(), self.name))?;
        let verified = (self.verify)(&module.table, oracle, &section.bytes, seed)
            .map_err(|wrong| anyhow::Error::new(*wrong).context(module.key()))?;
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

fn row<E: Encoder>(source: &SchemeSource) -> SchemeRow {
    let reader = Flow::of(source.reader.iter());
    let writer = Flow::of(source.own_writer());
    SchemeRow {
        name: E::NAME.to_owned(),
        exact: E::EXACT,
        records_empties: E::RECORDS_EMPTIES,
        tri_state: E::TRI_STATE,
        // Controls are of no registry that results list.
        control: false,
        reader_lines: source.reader_lines() as u64,
        writer_lines: source.writer_lines() as u64,
        compiler_lines: if E::RECORDS_EMPTIES { EMPTIES_LINES } else { 0 },
        reader_branches: reader.branches,
        writer_branches: writer.branches,
        reader_nesting: reader.nesting,
        writer_nesting: writer.nesting,
        fields: review::fields(source, all().iter().map(|s| s.source)),
        memo_lines: MEMO.lines() as u64,
    }
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
        fn visit<E: Encoder>(&mut self, source: &'static SchemeSource) {
            self.0.push(Scheme::of::<E>(source));
        }
    }
    let mut collect = Collect(Vec::new());
    for_each_scheme(&mut collect);
    collect.0
}

/// The scheme of this name.
pub fn named(name: &str) -> Result<Scheme> {
    let scheme = all().into_iter().find(|s| s.name == name);
    scheme.with_context(|| format!("no scheme {name}; see `stackmap-lab list schemes`"))
}

/// The schemes whose name matches, and the baseline that ratios need.
pub fn matching(pattern: Option<&Regex>) -> Result<Vec<Scheme>> {
    let mut schemes = all();
    if let Some(pattern) = pattern {
        let names: Vec<_> = schemes.iter().map(|s| s.name).collect();
        ensure!(
            names.iter().any(|name| pattern.is_match(name)),
            "no scheme matches {pattern}; there are {}",
            names.join(", ")
        );
        schemes.retain(|s| s.name == BASELINE || pattern.is_match(s.name));
    }
    Ok(schemes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empties_need_the_lines_that_their_patch_adds() {
        let patch = include_str!("../../upstream/patches/0001-empty-stack-maps.patch");
        let added = patch.lines().filter_map(|line| line.strip_prefix('+'));
        // The third plus is of the header that names the file.
        let code = added.filter(|line| !line.starts_with("++ "));
        let code = code.filter(|line| !line.trim_start().starts_with("//"));
        assert_eq!(code.count() as u64, EMPTIES_LINES);
    }
}
