//! The folder of committed recordings. `SHA256SUMS` lists them, so that a
//! missing file is noticed; `sha256sum -c` reads it too.

use super::container::{read, read_header};
use super::header::{Header, damaged};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::ModuleKey;
use crate::sha256::sha256_hex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Extension of a recording.
pub const EXTENSION: &str = "safepoints";

const SUMS: &str = "SHA256SUMS";

/// The file name of a recording.
pub fn file_name(key: &ModuleKey) -> String {
    let ModuleKey {
        module,
        isa,
        collector,
    } = key;
    format!("{module}.{isa}.{collector}.{EXTENSION}")
}

/// A recording that the folder should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its file.
    pub path: PathBuf,
    sha256: String,
}

/// A recording whose header has been read.
pub struct Recording {
    /// Everything but the tables.
    pub header: Header,
    bytes: Vec<u8>,
    origin: String,
}

/// All recordings that the folder should hold, ascending by name. The error
/// names the first that is missing, or that nobody listed.
pub fn recordings(folder: &Path) -> Result<Vec<Listed>, CorpusError> {
    let sums = folder.join(SUMS);
    let of_sums = |problem: &str| damaged(&sums.display().to_string(), problem);
    let text = fs::read_to_string(&sums).map_err(|e| of_sums(&e.to_string()))?;
    let mut listed = BTreeMap::new();
    for line in text.lines() {
        let (sha256, name) = line
            .split_once("  ")
            .ok_or_else(|| of_sums("a line is no SHA-256 and name"))?;
        listed.insert(name.to_owned(), sha256.to_owned());
    }
    let present = present(folder)?;
    if let Some(name) = listed.keys().find(|&name| !present.contains(name)) {
        let problem = format!("it is listed in {SUMS} but not there");
        return Err(damaged(&folder.join(name).display().to_string(), problem));
    }
    if let Some(name) = present.iter().find(|&name| !listed.contains_key(name)) {
        let path = folder.join(name).display().to_string();
        let problem = format!("it is not listed in {SUMS}");
        let remedy = "remove it, or make it anew with `stackmap-lab corpus record`";
        return Err(CorpusError::unusable(&path, problem, remedy));
    }
    let listed = listed.into_iter().map(|(name, sha256)| Listed {
        path: folder.join(name),
        sha256,
    });
    Ok(listed.collect())
}

impl Listed {
    /// Reads the recording's header. A file that is another than the listed one is
    /// refused, even if it is a recording.
    pub fn open(&self) -> Result<Recording, CorpusError> {
        let recording = Recording::open(&self.path)?;
        if sha256_hex(&recording.bytes) != self.sha256 {
            let problem = format!("its SHA-256 is not the one listed in {SUMS}");
            return Err(damaged(&recording.origin, problem));
        }
        Ok(recording)
    }
}

impl Recording {
    /// Reads a recording's header. A file that is not called after what it holds
    /// is refused: it took the place of another.
    pub fn open(path: &Path) -> Result<Recording, CorpusError> {
        let bytes = fs::read(path).map_err(|e| CorpusError::read(path, e))?;
        let origin = path.display().to_string();
        let header = read_header(&bytes, &origin)?;
        if path.file_name() != Some(file_name(&header.key()).as_ref()) {
            return Err(damaged(&origin, format!("it holds {}", header.key())));
        }
        Ok(Recording {
            header,
            bytes,
            origin,
        })
    }

    /// Unpacks the tables.
    pub fn module(&self) -> Result<Module, CorpusError> {
        read(&self.bytes, &self.origin)
    }
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
