//! The folder of committed recordings. `SHA256SUMS` lists them, so that a
//! missing file is noticed; `sha256sum -c` reads it too.

use super::container::{read, read_header};
use super::header::{Header, damaged};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::ModuleKey;
use crate::sha256::sha256_hex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Extension of a recording.
pub const EXTENSION: &str = "safepoints";

const SUMS: &str = "SHA256SUMS";

/// The recordings of this source tree.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded")
}

/// The file name of a recording.
pub fn file_name(key: &ModuleKey) -> String {
    let ModuleKey {
        module,
        isa,
        collector,
    } = key;
    format!("{module}.{isa}.{collector}.{EXTENSION}")
}

/// All recordings that the folder should hold, ascending by name. The error
/// names the first that is missing, or that nobody listed.
pub fn recordings(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let sums = folder.join(SUMS);
    let text = fs::read_to_string(&sums).map_err(|e| CorpusError::read(&sums, e))?;
    let mut listed = BTreeSet::new();
    for line in text.lines() {
        let (_, name) = line
            .split_once("  ")
            .ok_or_else(|| damaged(&sums.display().to_string(), "a line is no SHA-256 and name"))?;
        listed.insert(name.to_owned());
    }
    let present = present(folder)?;
    if let Some(name) = listed.difference(&present).next() {
        let problem = format!("it is listed in {SUMS} but not there");
        return Err(damaged(&folder.join(name).display().to_string(), problem));
    }
    if let Some(name) = present.difference(&listed).next() {
        let path = folder.join(name).display().to_string();
        let problem = format!("it is not listed in {SUMS}");
        let remedy = "remove it, or make it anew with `stackmap-lab corpus record`";
        return Err(CorpusError::unusable(&path, problem, remedy));
    }
    Ok(listed.iter().map(|name| folder.join(name)).collect())
}

/// Reads one recording; the error names the file and the remedy.
pub fn load(path: &Path) -> Result<Module, CorpusError> {
    let bytes = fs::read(path).map_err(|e| CorpusError::read(path, e))?;
    read(&bytes, &path.display().to_string())
}

/// Reads one recording's header; the error names the file and the remedy.
pub fn load_header(path: &Path) -> Result<Header, CorpusError> {
    let bytes = fs::read(path).map_err(|e| CorpusError::read(path, e))?;
    read_header(&bytes, &path.display().to_string())
}

/// Writes `SHA256SUMS` for the recordings that the folder holds now.
pub fn write_sums(folder: &Path) -> Result<(), CorpusError> {
    let mut text = String::new();
    for name in present(folder)? {
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
        text += &format!("{}  {name}\n", sha256_hex(&bytes));
    }
    let sums = folder.join(SUMS);
    fs::write(&sums, text).map_err(|e| CorpusError::read(&sums, e))
}

fn present(folder: &Path) -> Result<BTreeSet<String>, CorpusError> {
    let failed = |e| CorpusError::read(folder, e);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry
            .map_err(failed)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(&format!(".{EXTENSION}")) {
            names.insert(name);
        }
    }
    Ok(names)
}
