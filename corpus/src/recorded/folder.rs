//! The folder of committed recordings.

use super::container::{read, read_header};
use super::header::{Header, REMEDY, damaged};
use super::sums::{self, Listed};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::ModuleKey;
use std::fs;
use std::path::Path;

/// Extension of a recording.
pub const EXTENSION: &str = "safepoints";

/// The file name of a recording.
pub fn file_name(key: &ModuleKey) -> String {
    let ModuleKey {
        module,
        isa,
        collector,
    } = key;
    format!("{module}.{isa}.{collector}.{EXTENSION}")
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
    sums::listed(folder, EXTENSION, REMEDY)
}

impl Listed {
    /// Reads the recording's header. A file that is another than the listed one is
    /// refused, even if it is a recording.
    pub fn open(&self) -> Result<Recording, CorpusError> {
        let recording = Recording::open(&self.path)?;
        self.check(&recording.bytes, REMEDY)?;
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

/// Writes the list of the recordings that the folder holds now.
pub fn write_sums(folder: &Path) -> Result<(), CorpusError> {
    sums::write(folder, EXTENSION)
}
