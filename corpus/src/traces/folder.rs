//! The folder of committed traces.

use super::file::{REMEDY, Trace, TraceHeader, read, write};
use crate::error::CorpusError;
use crate::recorded::sums;
use crate::sha256::sha256_hex;
use std::fs;
use std::path::Path;

/// Extension of a trace.
const EXTENSION: &str = "trace";

/// The trace of an execution, and the SHA-256 of the file.
pub(crate) fn open(folder: &Path, execution: &str) -> Result<(Trace, String), CorpusError> {
    let path = folder.join(format!("{execution}.{EXTENSION}"));
    let origin = path.display().to_string();
    let listed = sums::listed(folder, EXTENSION, REMEDY)?;
    let listed = listed.iter().find(|listed| listed.path == path);
    let unlisted = || CorpusError::unusable(&origin, "there is no such trace", REMEDY);
    let listed = listed.ok_or_else(unlisted)?;
    let bytes = fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
    listed.check(&bytes, REMEDY)?;
    Ok((read(&bytes, &origin)?, sha256_hex(&bytes)))
}

/// Writes a trace into the folder and updates the list of them. One that would not
/// be read again is refused.
pub fn store(folder: &Path, header: &TraceHeader, body: &[u8]) -> Result<(), CorpusError> {
    let name = format!("{}.{EXTENSION}", header.execution);
    let bytes = write(header, body)?;
    read(&bytes, &folder.join(&name).display().to_string())?;
    sums::store(folder, &name, EXTENSION, &bytes)
}
