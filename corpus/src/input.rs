//! Files that somebody named, read as a whole.

use crate::error::CorpusError;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a file: as much as Wasmtime takes of a `.wasm`. A device may
/// have no end, and a sparse file more bytes than this machine.
const MOST: u64 = 1 << 30;

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CorpusError> {
    let bytes = read_up_to(path, MOST).map_err(|e| CorpusError::read(path, e))?;
    bytes.ok_or_else(|| {
        let problem = format!("has more than {} MiB", MOST >> 20);
        CorpusError::unusable(&path.display().to_string(), problem, "give a module")
    })
}

/// The bytes of a file that has no more than `most` of them.
fn read_up_to(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn no_file_is_read_without_end() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"1234").unwrap();
        let read = |most| read_up_to(file.path(), most).unwrap();
        assert_eq!(read(4), Some(b"1234".to_vec()));
        assert_eq!(read(3), None);
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            assert_eq!(read_up_to(endless, 4).unwrap(), None);
        }
    }
}
