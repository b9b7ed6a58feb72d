//! Magic, version, hash, header and packed body.

use super::columns;
use super::header::{Header, Provenance, damaged};
use crate::error::CorpusError;
use crate::module::Module;
use crate::sha256::sha256_hex;
use liblzma::stream::{Check, Filters, LzmaOptions, PRESET_EXTREME, Stream};
use sha2::{Digest, Sha256};
use std::io::Read;

const MAGIC: &[u8; 8] = b"WASMSAFE";
const VERSION: u32 = 1;

/// Bytes before the hashed part.
const PREAMBLE: usize = MAGIC.len() + 4 + 32;

/// Most bytes of a body and of a section that are read: several times the
/// largest seen so far.
const MAX_UNPACKED: u64 = 1 << 30;

/// Bytes that unpacking may take beside its output.
const MAX_XZ_MEMORY: u64 = 128 << 20;

/// As in `xz -9`.
const HIGHEST_PRESET: u32 = 9;
/// Bytes of the smallest dictionary that xz allows.
const MIN_DICTIONARY: u64 = 4096;
/// Bytes of the dictionary of `xz -9`.
const MAX_DICTIONARY: u64 = 64 << 20;

/// The bytes of a recording. The error says why the module cannot be recorded:
/// its table must be its section plus safepoints without live references, and
/// its section must be laid out as Wasmtime lays it out.
pub fn write(module: &Module, provenance: &Provenance) -> Result<Vec<u8>, CorpusError> {
    let key = module.key().to_string();
    let refuse = |problem: String| {
        let problem = format!("cannot be recorded: {problem}");
        CorpusError::unusable(&key, problem, "record a module that Wasmtime compiled")
    };
    let body = columns::write(module).map_err(refuse)?;
    let header = Header::of(module, provenance, body.len());
    let out = wrap(&header, &body).map_err(|e| refuse(e.to_string()))?;
    let same = read(&out, &key).is_ok_and(|back| {
        back.section == module.section
            && back.table == module.table
            && back.functions == module.functions
    });
    if !same {
        let problem = "its section is not laid out like Wasmtime's, or says other than its table";
        return Err(refuse(problem.into()));
    }
    Ok(out)
}

/// A recording of this header and these unpacked columns, whether or not they
/// are correct.
pub fn wrap(header: &Header, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let json = serde_json::to_vec(header)?;
    let packed = pack(body)?;
    let mut hashed = Vec::with_capacity(4 + json.len() + packed.len());
    hashed.extend((json.len() as u32).to_le_bytes());
    hashed.extend(json);
    hashed.extend(packed);
    let mut out = Vec::with_capacity(PREAMBLE + hashed.len());
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend(Sha256::digest(&hashed));
    out.extend(hashed);
    Ok(out)
}

/// Reads a recording; `origin` names it in errors. Whatever the bytes, this
/// gives a module or one line that says what is wrong and what to do.
pub fn read(bytes: &[u8], origin: &str) -> Result<Module, CorpusError> {
    let (header, packed) = open(bytes, origin)?;
    let body = unpack(packed, header.body_bytes).map_err(|e| damaged(origin, e))?;
    let tables = columns::read(&body, &header)
        .filter(|t| t.table.len() as u64 == header.safepoints)
        .filter(|t| t.table.maps() as u64 == header.maps)
        .filter(|t| t.functions.len() as u64 == header.functions)
        .ok_or_else(|| damaged(origin, "its columns do not fit together"))?;
    if let Some(section) = &header.section
        && sha256_hex(&tables.section) != section.sha256
    {
        return Err(damaged(
            origin,
            "the stack map section has another SHA-256 than recorded",
        ));
    }
    Ok(Module {
        name: header.name,
        isa: header.isa,
        collector: header.collector,
        tier: header.tier,
        provenance: header.provenance.to_string(),
        text_bytes: header.text_bytes,
        cwasm_bytes: header.cwasm_bytes,
        section: header.section.map(|_| tables.section),
        functions: tables.functions,
        table: tables.table,
        cross_check: header.cross_check,
    })
}

/// Checks a recording's hash and reads its header alone.
pub fn read_header(bytes: &[u8], origin: &str) -> Result<Header, CorpusError> {
    open(bytes, origin).map(|(header, _)| header)
}

fn open<'b>(bytes: &'b [u8], origin: &str) -> Result<(Header, &'b [u8]), CorpusError> {
    let magic = bytes.get(..MAGIC.len());
    if magic != Some(MAGIC) {
        return Err(damaged(origin, "it does not start like a recording"));
    }
    let (preamble, hashed) = bytes
        .split_at_checked(PREAMBLE)
        .ok_or_else(|| damaged(origin, "it is truncated"))?;
    let version = &preamble[MAGIC.len()..MAGIC.len() + 4];
    if version != VERSION.to_le_bytes() {
        let version = version.iter().rev().fold(0, |v, &b| v << 8 | u32::from(b));
        let problem = format!("it has format version {version}, but this program reads {VERSION}");
        return Err(damaged(origin, problem));
    }
    if preamble[MAGIC.len() + 4..] != Sha256::digest(hashed)[..] {
        return Err(damaged(
            origin,
            "its content does not have the SHA-256 it says",
        ));
    }
    let parsed = hashed.split_first_chunk().and_then(|(length, rest)| {
        let (json, packed) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((serde_json::from_slice::<Header>(json), packed))
    });
    match parsed {
        Some((Ok(header), packed)) => {
            let section = header.section.as_ref().map_or(0, |s| s.bytes);
            if section.max(header.body_bytes) > MAX_UNPACKED {
                return Err(damaged(origin, "it claims to unpack to more than 1 GiB"));
            }
            Ok((header, packed))
        }
        Some((Err(e), _)) => Err(damaged(origin, format!("its header: {e}"))),
        None => Err(damaged(origin, "its header is truncated")),
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

fn unpack(packed: &[u8], length: u64) -> std::io::Result<Vec<u8>> {
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
