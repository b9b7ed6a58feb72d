//! A recording as bytes.

use super::columns;
use super::envelope::{Envelope, unpack};
use super::header::{Header, Provenance, REMEDY, damaged};
use crate::error::CorpusError;
use crate::module::Module;
use crate::sha256::sha256_hex;

const ENVELOPE: Envelope = Envelope {
    magic: b"WASMSAFE",
    version: 1,
    kind: "a recording",
    remedy: REMEDY,
};

/// Most bytes of a body and of a section that are read: several times the
/// largest seen so far.
const MAX_UNPACKED: u64 = 1 << 30;

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
    ENVELOPE.seal(header, body)
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
    let (header, packed): (Header, _) = ENVELOPE.open(bytes, origin)?;
    let section = header.section.as_ref().map_or(0, |s| s.bytes);
    if section.max(header.body_bytes) > MAX_UNPACKED {
        return Err(damaged(origin, "it claims to unpack to more than 1 GiB"));
    }
    Ok((header, packed))
}
