//! What is measured of a scheme on a module without a clock, and so comes out
//! the same on any machine.

use crate::list::ModuleRow;
use crate::load::Loaded;
use crate::scheme::Scheme;
use crate::size::SizeRow;
use crate::{anatomy, costs, results, safety};
use anyhow::Result;
use serde::Serialize;
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

/// Measures all that was not measured yet, and writes it.
pub fn write(
    dir: &Path,
    loaded: &Loaded,
    schemes: &[Scheme],
    sizes: &[SizeRow],
    seed: u64,
) -> Result<()> {
    let facts: Vec<_> = schemes.iter().map(|s| s.facts).collect();
    let modules: Vec<_> = loaded.modules.iter().map(ModuleRow::from).collect();
    results::write_csv(dir, SCHEMES, &facts)?;
    let [of_modules, of_sizes, of_costs, of_safety, of_anatomy] = BY_MODULE;
    some(dir, of_modules, &modules)?;
    some(dir, of_sizes, sizes)?;
    some(dir, of_costs, &costs::measure_all(loaded, schemes, seed)?)?;
    some(dir, of_safety, &safety::measure_all(loaded, schemes, seed)?)?;
    some(dir, of_anatomy, &anatomy::measure_all(loaded)?)
}

/// Writes rows, if there are any.
fn some<R: Serialize>(dir: &Path, name: &str, rows: &[R]) -> Result<()> {
    match rows {
        [] => Ok(()),
        rows => results::write_csv(dir, name, rows),
    }
}
