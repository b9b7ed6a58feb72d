//! The folder of committed walks.

use super::file::{REMEDY, Walks, WalksHeader, damaged, read, write};
use crate::error::CorpusError;
use crate::module::Module;
use crate::recorded::{Listed, sums};
use crate::sha256::sha256_hex;
use std::fs;
use std::path::Path;

/// Extension of recorded walks.
pub const EXTENSION: &str = "walks";

/// The file name of recorded walks.
pub fn file_name(header: &WalksHeader) -> String {
    let WalksHeader {
        execution,
        isa,
        collector,
        ..
    } = header;
    format!("{execution}.{isa}.{collector}.{EXTENSION}")
}

/// The walks of every execution of a module, ascending by name. Walks of other code
/// than the module's are refused, as are those with an address that its table lacks.
pub fn of_module(folder: &Path, module: &Module) -> Result<Vec<Walks>, CorpusError> {
    let mut found = Vec::new();
    let suffix = format!(".{}.{}.{EXTENSION}", module.isa, module.collector);
    for listed in sums::listed(folder, EXTENSION, REMEDY)? {
        let origin = listed.path.display().to_string();
        if !origin.ends_with(&suffix) {
            continue;
        }
        let walks = open(&listed)?;
        if walks.header.key() == module.key() {
            check(&walks, module, &origin)?;
            found.push(walks);
        }
    }
    Ok(found)
}

/// The recorded walks that would have the name of these; `None` if there are none.
pub fn recorded(folder: &Path, walks: &Walks) -> Result<Option<Walks>, CorpusError> {
    let name = file_name(&walks.header);
    let listed = sums::listed(folder, EXTENSION, REMEDY)?;
    let found = listed.iter().find(|listed| listed.path.ends_with(&name));
    found.map(open).transpose()
}

fn open(listed: &Listed) -> Result<Walks, CorpusError> {
    let origin = listed.path.display().to_string();
    let bytes = fs::read(&listed.path).map_err(|e| CorpusError::read(&listed.path, e))?;
    listed.check(&bytes, REMEDY)?;
    let walks = read(&bytes, &origin)?;
    let name = file_name(&walks.header);
    if !listed.path.ends_with(&name) {
        return Err(damaged(&origin, format!("it holds {name}")));
    }
    Ok(walks)
}

fn check(walks: &Walks, module: &Module, origin: &str) -> Result<(), CorpusError> {
    let section = module.section.as_deref().map(sha256_hex);
    if section.as_ref() != Some(&walks.header.section_sha256) {
        return Err(damaged(
            origin,
            "they are of other code than the module's table",
        ));
    }
    let known: Vec<u32> = module.table.iter().map(|s| s.pc).collect();
    let missing = |pc: &&u32| known.binary_search(pc).is_err();
    match walks.stacks.iter().flatten().find(missing) {
        Some(pc) => Err(damaged(
            origin,
            format!("address {pc:#x} is not in the module's table"),
        )),
        None => Ok(()),
    }
}

/// Writes walks into the folder and updates the list of them.
pub fn store(folder: &Path, walks: &Walks) -> Result<(), CorpusError> {
    let name = file_name(&walks.header);
    sums::store(folder, &name, EXTENSION, &write(walks)?)
}
