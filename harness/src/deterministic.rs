//! Everything that is measured without a clock, and so comes out the same on
//! any machine.

use crate::scheme::Scheme;
use crate::walks::{self, Walks};
use crate::{anatomy, costs, modules, safety};
use anyhow::Result;
use stackmap_corpus::Module;
use stackmap_reports::results::{
    AnatomyRow, CostRow, MemoRow, ModuleRow, Row, SafetyRow, SizeRow, TouchedRow, WalkRow,
    write_rows,
};
use std::path::Path;

/// The files with rows by module, in the order of the modules.
pub const BY_MODULE: [&str; 8] = [
    ModuleRow::FILE,
    SizeRow::FILE,
    CostRow::FILE,
    SafetyRow::FILE,
    AnatomyRow::FILE,
    WalkRow::FILE,
    MemoRow::FILE,
    TouchedRow::FILE,
];

/// Measures all but the sizes and the walks, which the caller has, and writes the
/// files.
pub fn write(
    dir: &Path,
    modules: &[Module],
    schemes: &[Scheme],
    sizes: &[SizeRow],
    walks: &[Option<Walks>],
    seed: u64,
) -> Result<()> {
    let of_schemes: Vec<_> = schemes.iter().map(Scheme::row).collect();
    let of_modules: Vec<_> = modules.iter().map(modules::row).collect();
    write_rows(dir, &of_schemes)?;
    write_if_any(dir, &of_modules)?;
    write_if_any(dir, sizes)?;
    write_if_any(dir, &costs::measure_all(modules, schemes, seed)?)?;
    write_if_any(dir, &safety::measure_all(modules, schemes, seed)?)?;
    write_if_any(dir, &anatomy::measure_all(modules)?)?;
    write_if_any(dir, &walks::touched(modules, walks, schemes, seed)?)?;
    walks::write_summary(modules, walks, dir)
}

fn write_if_any<R: Row>(dir: &Path, rows: &[R]) -> Result<()> {
    if !rows.is_empty() {
        write_rows(dir, rows)?;
    }
    Ok(())
}
