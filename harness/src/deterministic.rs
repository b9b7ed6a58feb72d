//! Everything that is measured without a clock, and so comes out the same on
//! any machine.

use crate::scheme::Scheme;
use crate::size::SizeRow;
use crate::{anatomy, costs, modules, results_folder, safety};
use anyhow::Result;
use serde::Serialize;
use stackmap_corpus::Module;
use std::path::Path;

/// The file of the schemes' properties.
pub const SCHEMES: &str = "schemes.csv";

/// The files with rows by module, in the order of the modules.
pub const BY_MODULE: [&str; 5] = [
    "modules.csv",
    "size.csv",
    "costs.csv",
    "safety.csv",
    "anatomy.csv",
];

/// Measures all but the sizes, which the caller has, and writes the files.
pub fn write(
    dir: &Path,
    modules: &[Module],
    schemes: &[Scheme],
    sizes: &[SizeRow],
    seed: u64,
) -> Result<()> {
    let facts: Vec<_> = schemes.iter().map(|s| s.facts).collect();
    results_folder::write_csv(dir, SCHEMES, &facts)?;
    let [of_modules, of_sizes, of_costs, of_safety, of_anatomy] = BY_MODULE;
    let rows: Vec<_> = modules.iter().map(modules::row).collect();
    write_if_any(dir, of_modules, &rows)?;
    write_if_any(dir, of_sizes, sizes)?;
    write_if_any(dir, of_costs, &costs::measure_all(modules, schemes, seed)?)?;
    write_if_any(
        dir,
        of_safety,
        &safety::measure_all(modules, schemes, seed)?,
    )?;
    write_if_any(dir, of_anatomy, &anatomy::measure_all(modules)?)
}

fn write_if_any<R: Serialize>(dir: &Path, name: &str, rows: &[R]) -> Result<()> {
    match rows {
        [] => Ok(()),
        rows => results_folder::write_csv(dir, name, rows),
    }
}
