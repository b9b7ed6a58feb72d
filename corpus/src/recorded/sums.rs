//! `SHA256SUMS` lists the committed files of a folder, so that a missing one is
//! noticed; `sha256sum -c` reads it too.

use crate::error::CorpusError;
use crate::sha256::sha256_hex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SUMS: &str = "SHA256SUMS";

/// A file that the folder should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path.
    pub path: PathBuf,
    sha256: String,
}

impl Listed {
    /// Refuses what is not the listed file.
    pub(crate) fn check(&self, bytes: &[u8], remedy: &str) -> Result<(), CorpusError> {
        if sha256_hex(bytes) == self.sha256 {
            return Ok(());
        }
        let problem = format!("its SHA-256 is not the one listed in {SUMS}");
        let origin = self.path.display().to_string();
        Err(CorpusError::unusable(&origin, problem, remedy))
    }
}

/// All files of that extension that the folder should hold, ascending by name. The
/// error names the first that is missing, or that nobody listed.
pub(crate) fn listed(
    folder: &Path,
    extension: &str,
    remedy: &str,
) -> Result<Vec<Listed>, CorpusError> {
    let sums = folder.join(SUMS);
    let damaged = |path: &Path, problem: &str| {
        CorpusError::unusable(&path.display().to_string(), problem, remedy)
    };
    let text = fs::read_to_string(&sums).map_err(|e| damaged(&sums, &e.to_string()))?;
    let mut listed = BTreeMap::new();
    for line in text.lines() {
        let (sha256, name) = line
            .split_once("  ")
            .ok_or_else(|| damaged(&sums, "a line is no SHA-256 and name"))?;
        listed.insert(name.to_owned(), sha256.to_owned());
    }
    let present = present(folder, extension)?;
    if let Some(name) = listed.keys().find(|&name| !present.contains(name)) {
        let problem = format!("it is listed in {SUMS} but not there");
        return Err(damaged(&folder.join(name), &problem));
    }
    if let Some(name) = present.iter().find(|&name| !listed.contains_key(name)) {
        let path = folder.join(name).display().to_string();
        let problem = format!("it is not listed in {SUMS}");
        let remedy = "remove it, or make it anew";
        return Err(CorpusError::unusable(&path, problem, remedy));
    }
    let listed = listed.into_iter().map(|(name, sha256)| Listed {
        path: folder.join(name),
        sha256,
    });
    Ok(listed.collect())
}

/// Writes the list of the files of that extension that the folder holds now.
pub(crate) fn write(folder: &Path, extension: &str) -> Result<(), CorpusError> {
    let mut text = String::new();
    for name in present(folder, extension)? {
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
        text += &format!("{}  {name}\n", sha256_hex(&bytes));
    }
    let sums = folder.join(SUMS);
    fs::write(&sums, text).map_err(|e| CorpusError::read(&sums, e))
}

/// Writes a file into the folder, which is made if need be, and updates the list.
pub(crate) fn store(
    folder: &Path,
    name: &str,
    extension: &str,
    bytes: &[u8],
) -> Result<(), CorpusError> {
    let path = folder.join(name);
    fs::create_dir_all(folder).map_err(|e| CorpusError::read(folder, e))?;
    fs::write(&path, bytes).map_err(|e| CorpusError::read(&path, e))?;
    write(folder, extension)
}

fn present(folder: &Path, extension: &str) -> Result<BTreeSet<String>, CorpusError> {
    let failed = |e| CorpusError::read(folder, e);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry
            .map_err(failed)?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(&format!(".{extension}")) {
            names.insert(name);
        }
    }
    Ok(names)
}
