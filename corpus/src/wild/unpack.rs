//! Takes files out of a package.

use super::client;
use crate::error::CorpusError;
use flate2::bufread::GzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

/// Bytes of the largest file taken out of a package.
const MAX_FILE: u64 = 1 << 30;

/// The file at `inner` in a `.tgz` or a wheel; `None` if there is none.
pub(crate) fn unpack(
    package: &Path,
    inner: &str,
    origin: &str,
) -> Result<Option<Vec<u8>>, CorpusError> {
    if package.extension().is_some_and(|e| e == "whl") {
        return unpack_wheel(package, inner, origin);
    }
    unpack_tgz(package, inner).map_err(|e| CorpusError::read(package, e))
}

fn unpack_tgz(package: &Path, inner: &str) -> io::Result<Option<Vec<u8>>> {
    for entry in open_tgz(package)?.entries()? {
        let entry = entry?;
        if entry.path()? == Path::new(inner) {
            return read(entry).map(Some);
        }
    }
    Ok(None)
}

type Tgz = tar::Archive<GzDecoder<io::BufReader<File>>>;

fn open_tgz(package: &Path) -> io::Result<Tgz> {
    let file = io::BufReader::new(File::open(package)?);
    Ok(tar::Archive::new(GzDecoder::new(file)))
}

/// Puts all files of a `.tgz` into a folder.
pub(crate) fn unpack_all(package: &Path, folder: &Path) -> io::Result<()> {
    open_tgz(package)?.unpack(folder)
}

/// A wheel is a zip file. Python opens it, because whoever has pip has Python.
fn unpack_wheel(package: &Path, inner: &str, origin: &str) -> Result<Option<Vec<u8>>, CorpusError> {
    let folder = package.with_extension("unpacked");
    let mut python = Command::new("python3");
    python
        .args(["-m", "zipfile", "-e"])
        .arg(package)
        .arg(&folder);
    client::run(&mut python, origin)?;
    let path = folder.join(inner);
    match File::open(&path) {
        Ok(file) => read(file)
            .map(Some)
            .map_err(|e| CorpusError::read(&path, e)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(CorpusError::read(&path, e)),
    }
}

fn read(file: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other("the file in it exceeds 1 GiB"));
    }
    Ok(bytes)
}
