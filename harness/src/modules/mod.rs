//! Gathers the modules of a run. One that cannot be read or compiled is
//! reported, and the rest go on.

mod corpus;
mod files;
mod toolchain;

pub use files::load_files;

use crate::args::Selection;
use crate::outcome::Outcome;
use crate::output::note;
use anyhow::{Result, ensure};
use stackmap_corpus::{CorpusError, Module, Tier};
use stackmap_reports::results::ModuleRow;

/// The modules of a run, and how many could not be read or compiled.
#[derive(Default)]
pub struct Loaded {
    pub modules: Vec<Module>,
    pub failures: usize,
}

impl Loaded {
    /// Keeps a module, or reports on stderr why there is none.
    pub fn add(&mut self, module: Result<Module, CorpusError>) {
        match module {
            Ok(module) => self.modules.push(module),
            Err(error) => self.skip(error),
        }
    }

    /// Reports on stderr why a module is left out.
    fn skip(&mut self, reason: CorpusError) {
        note!("error: {reason}");
        self.failures += 1;
    }

    /// Complete only if no module failed.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.failures)
    }
}

/// Whether the costlier measurements are made on a module: those that the
/// headline rests on, and those named on the command line.
pub fn in_detail(module: &Module) -> bool {
    match module.tier {
        Tier::Yours => true,
        Tier::Wild => module.key().is_headline(),
        Tier::Program | Tier::Synthetic | Tier::Smith => false,
    }
}

/// What there is to know of a module besides its measurements.
pub fn row(m: &Module) -> ModuleRow {
    ModuleRow {
        module: m.name.clone(),
        isa: m.isa,
        collector: m.collector,
        tier: m.tier,
        text_bytes: m.text_bytes,
        cwasm_bytes: m.cwasm_bytes,
        section_bytes: m.section.as_ref().map(|s| s.len() as u64),
        functions: m.functions.len() as u64,
        maps: m.table.maps() as u64,
        empties: m.table.empties() as u64,
        recorded: m.cross_check.recorded as u64,
        confirmed: m.cross_check.confirmed as u64,
        call_sites: m.cross_check.call_sites.map(|n| n as u64),
        disassembled: m.cross_check.disassembled.map(|n| n as u64),
        agreed: m.cross_check.agreed.map(|n| n as u64),
        unmatched_functions: m.cross_check.unmatched_functions as u64,
        provenance: m.provenance.clone(),
        toolchain: toolchain::toolchain(m),
    }
}

/// Everything that the flags select, in a fixed order. What cannot be right is
/// told before anything takes long: a file that is not there, a pattern that
/// matches nothing.
pub fn load(selection: &Selection) -> Result<Loaded> {
    let files = selection.files();
    for file in &files {
        std::fs::metadata(file).map_err(|e| CorpusError::read(file, e))?;
    }
    let mut loaded = Loaded::default();
    if selection.wants_corpus() {
        corpus::load(&mut loaded, selection)?;
    }
    load_files(&mut loaded, &files, &selection.compile)?;
    ensure!(
        !loaded.modules.is_empty(),
        "no module left to measure; `stackmap-lab list modules` shows what there is"
    );
    Ok(loaded)
}
