//! What recordings of tables and of walks have in common: magic, version, hash,
//! a header as JSON and a packed body.

use crate::error::CorpusError;
use liblzma::stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;

/// Bytes of the hash before what is hashed.
const HASH: usize = 32;

/// Bytes that unpacking may take beside its output.
const MAX_XZ_MEMORY: u64 = 128 << 20;

/// As in `xz -9`.
const HIGHEST_PRESET: u32 = 9;
/// Bytes of the smallest dictionary that xz allows.
const MIN_DICTIONARY: u64 = 4096;
/// Bytes of the dictionary of `xz -9`.
const MAX_DICTIONARY: u64 = 64 << 20;

/// One kind of file.
pub(crate) struct Envelope {
    pub magic: &'static [u8; 8],
    pub version: u32,
    /// What the file is called in errors.
    pub kind: &'static str,
    /// What to do about one that cannot be used.
    pub remedy: &'static str,
}

impl Envelope {
    /// The bytes of a file of this header and this body.
    pub fn seal(&self, header: &impl Serialize, body: &[u8]) -> std::io::Result<Vec<u8>> {
        let json = serde_json::to_vec(header)?;
        let packed = pack(body)?;
        let mut hashed = Vec::with_capacity(4 + json.len() + packed.len());
        hashed.extend((json.len() as u32).to_le_bytes());
        hashed.extend(json);
        hashed.extend(packed);
        let mut out = Vec::with_capacity(self.preamble() + hashed.len());
        out.extend(self.magic);
        out.extend(self.version.to_le_bytes());
        out.extend(Sha256::digest(&hashed));
        out.extend(hashed);
        Ok(out)
    }

    /// Checks the hash and gives the header, and the body as it is packed.
    pub fn open<'b, H: DeserializeOwned>(
        &self,
        bytes: &'b [u8],
        origin: &str,
    ) -> Result<(H, &'b [u8]), CorpusError> {
        let damaged = |problem: &dyn fmt::Display| self.damaged(origin, problem);
        if !bytes.starts_with(self.magic) {
            return Err(damaged(&format_args!(
                "it does not start like {}",
                self.kind
            )));
        }
        let (preamble, hashed) = bytes
            .split_at_checked(self.preamble())
            .ok_or_else(|| damaged(&"it is truncated"))?;
        let (version, hash) = preamble[self.magic.len()..].split_at(4);
        if version != self.version.to_le_bytes() {
            let version = version.iter().rev().fold(0, |v, &b| v << 8 | u32::from(b));
            let problem = format!(
                "it has format version {version}, but this program reads {}",
                self.version
            );
            return Err(damaged(&problem));
        }
        if hash != &Sha256::digest(hashed)[..] {
            return Err(damaged(&"its content does not have the SHA-256 it says"));
        }
        let parsed = hashed.split_first_chunk().and_then(|(length, rest)| {
            let (json, packed) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            Some((serde_json::from_slice::<H>(json), packed))
        });
        match parsed {
            Some((Ok(header), packed)) => Ok((header, packed)),
            Some((Err(e), _)) => Err(damaged(&format_args!("its header: {e}"))),
            None => Err(damaged(&"its header is truncated")),
        }
    }

    /// A file that cannot be used.
    pub fn damaged(&self, origin: &str, problem: impl fmt::Display) -> CorpusError {
        CorpusError::unusable(origin, problem, self.remedy)
    }

    /// Bytes before the hashed part.
    fn preamble(&self) -> usize {
        self.magic.len() + size_of_val(&self.version) + HASH
    }
}

fn pack(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut options = LzmaOptions::new_preset(HIGHEST_PRESET | PRESET_EXTREME)?;
    // Columns consist of bytes: a byte depends on the one before it, and not on
    // its position modulo 4.
    options.position_bits(0).literal_context_bits(4);
    // The dictionary need not exceed the data; unpacking allocates it.
    let dictionary = (body.len() as u64)
        .next_power_of_two()
        .clamp(MIN_DICTIONARY, MAX_DICTIONARY);
    options.dict_size(dictionary as u32);
    let stream = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::None)?;
    let mut out = Vec::new();
    liblzma::bufread::XzEncoder::new_stream(body, stream).read_to_end(&mut out)?;
    Ok(out)
}

/// The body, of which the header says the length.
pub(crate) fn unpack(packed: &[u8], length: u64) -> std::io::Result<Vec<u8>> {
    let stream = Stream::new_stream_decoder(MAX_XZ_MEMORY, 0)?;
    let decoder = liblzma::bufread::XzDecoder::new_stream(packed, stream);
    let mut out = Vec::new();
    decoder.take(length + 1).read_to_end(&mut out)?;
    if out.len() as u64 != length {
        return Err(std::io::Error::other(
            "its body does not have the length it says",
        ));
    }
    Ok(out)
}
