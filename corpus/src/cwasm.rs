//! A `.cwasm`, read without trusting it.

use crate::error::CorpusError;
use crate::module::{Function, FunctionKind};
use crate::names::{Collector, Isa};
use object::elf::FileHeader64;
use object::read::elf::{ElfFile64, FileHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SymbolKind};
use serde::Deserialize;
use wasmtime_environ::{FlagValue, Tunables, obj};

/// The Wasmtime release whose engine metadata this build can decode.
const METADATA_VERSION: &[u8] = b"48";

const REMEDY: &str = "compile the module anew with `wasmtime compile`";

/// The parts of a `.cwasm` that stack maps need, borrowed from the file.
pub(crate) struct Cwasm<'d> {
    /// The ISA of the code.
    pub isa: Isa,
    /// The collector that the code works with.
    pub collector: Collector,
    /// Machine code, or Pulley bytecode.
    pub text: &'d [u8],
    /// Functions in `.text`, ascending and disjoint.
    pub functions: Vec<Function>,
    /// The raw stack map section; Wasmtime writes none if there are no maps.
    pub section: Option<&'d [u8]>,
}

impl<'d> Cwasm<'d> {
    /// Parses a whole file; `origin` names it in errors.
    pub fn parse(origin: &str, bytes: &'d [u8]) -> Result<Self, CorpusError> {
        Self::parse_elf(bytes).map_err(|problem| {
            let problem = format!("not a usable .cwasm: {problem}");
            CorpusError::unusable(origin, problem, REMEDY)
        })
    }

    fn parse_elf(bytes: &'d [u8]) -> Result<Self, String> {
        let elf = ElfFile64::<Endianness>::parse(bytes).map_err(|e| e.to_string())?;
        let isa = isa_of(elf.elf_header(), elf.endian())?;
        let data = |name| match elf.section_by_name(name) {
            Some(section) => section.data().map(Some).map_err(|e| format!("{name}: {e}")),
            None => Ok(None),
        };
        let text = elf.section_by_name(".text").ok_or("no .text section")?;
        let code = text.data().map_err(|e| format!(".text: {e}"))?;
        u32::try_from(code.len()).map_err(|_| ".text is larger than 4 GiB")?;

        let mut functions = Vec::new();
        for symbol in elf.symbols() {
            if symbol.kind() == SymbolKind::Text && symbol.section_index() == Some(text.index()) {
                let name = symbol
                    .name_bytes()
                    .map_err(|e| format!("symbol table: {e}"))?;
                functions.push(function(name, symbol.address(), symbol.size(), code.len())?);
            }
        }
        functions.sort_by_key(|f| (f.range.start, f.range.end));
        if functions
            .windows(2)
            .any(|w| w[0].range.end > w[1].range.start)
        {
            return Err("functions overlap in the symbol table".into());
        }
        if functions.is_empty() && !code.is_empty() {
            return Err("no function symbols, so safepoints cannot be told from data".into());
        }
        Ok(Cwasm {
            isa,
            collector: data(obj::ELF_WASM_ENGINE)?
                .and_then(collector)
                .unwrap_or(Collector::Unknown),
            text: code,
            functions,
            section: data(obj::ELF_WASMTIME_STACK_MAP)?,
        })
    }
}

fn isa_of(header: &FileHeader64<Endianness>, endian: Endianness) -> Result<Isa, String> {
    if header.e_ident.os_abi != obj::ELFOSABI_WASMTIME {
        return Err("an ELF file, but not Wasmtime's".into());
    }
    // Pulley borrows RISC-V's machine number and says so in the flags.
    let flags = header.e_flags(endian);
    if flags & obj::EF_WASMTIME_PULLEY32 != 0 {
        return Err("32-bit Pulley code is not supported".into());
    }
    if flags & obj::EF_WASMTIME_PULLEY64 != 0 {
        return Ok(Isa::Pulley64);
    }
    match header.e_machine(endian) {
        object::elf::EM_X86_64 => Ok(Isa::X86_64),
        object::elf::EM_AARCH64 => Ok(Isa::Aarch64),
        object::elf::EM_RISCV => Ok(Isa::Riscv64),
        object::elf::EM_S390 => Ok(Isa::S390x),
        machine => Err(format!("unknown ELF machine {machine}")),
    }
}

fn function(name: &[u8], start: u64, size: u64, text: usize) -> Result<Function, String> {
    let end = start.checked_add(size).filter(|&end| end <= text as u64);
    let end = end.ok_or("a function symbol lies outside .text")?;
    Ok(Function {
        range: start as u32..end as u32,
        kind: kind_of(name),
    })
}

/// Goes by the symbol names that `wasmtime/src/compile.rs` gives.
fn kind_of(name: &[u8]) -> FunctionKind {
    let name = String::from_utf8_lossy(name);
    if name.starts_with("module_start[") {
        // The array-call variant is a trampoline to the compiled one.
        match name.ends_with("::Wasm") {
            true => FunctionKind::ModuleStart,
            false => FunctionKind::Trampoline,
        }
    } else if name.starts_with("wasm[") && name.contains("]::function[") {
        FunctionKind::Wasm
    } else {
        FunctionKind::Trampoline
    }
}

/// Wasmtime's private `Metadata`, up to the field that names the collector.
#[derive(Deserialize)]
struct Metadata<'a> {
    _target: &'a str,
    #[serde(borrow)]
    _shared_flags: Vec<(&'a str, FlagValue<'a>)>,
    #[serde(borrow)]
    _isa_flags: Vec<(&'a str, FlagValue<'a>)>,
    tunables: Tunables,
}

fn collector(engine: &[u8]) -> Option<Collector> {
    let [0, length, rest @ ..] = engine else {
        return None;
    };
    let (version, rest) = rest.split_at_checked(usize::from(*length))?;
    if version != METADATA_VERSION {
        return None;
    }
    let (metadata, _) = postcard::take_from_bytes::<Metadata<'_>>(rest).ok()?;
    Some(match metadata.tunables.collector? {
        wasmtime_environ::Collector::Copying => Collector::Copying,
        wasmtime_environ::Collector::DeferredReferenceCounting => Collector::Drc,
        wasmtime_environ::Collector::Null => Collector::Null,
    })
}

/// One stack map of the section.
pub(crate) struct SectionEntry<'d> {
    /// Return address, in bytes from the start of `.text`.
    pub pc: u32,
    /// Bytes in the frame.
    pub frame_size: u32,
    bitmap: &'d [[u8; 4]],
}

impl<'d> SectionEntry<'d> {
    /// Words of one bit per 4 bytes of frame.
    pub fn bitmap(&self) -> impl Iterator<Item = u32> + 'd {
        self.bitmap.iter().map(|w| u32::from_le_bytes(*w))
    }
}

/// Reads every entry of a stack map section; the error says what is wrong.
pub(crate) fn section_entries(section: &[u8]) -> Result<Vec<SectionEntry<'_>>, &'static str> {
    const TRUNCATED: &str = "the stack map section is truncated";
    if section.is_empty() {
        return Ok(Vec::new());
    }
    let (words, tail) = section.as_chunks::<4>();
    let word = |w: &[u8; 4]| u32::from_le_bytes(*w);
    let (count, words) = words.split_first().ok_or(TRUNCATED)?;
    let count = word(count) as usize;
    let (pcs, words) = words.split_at_checked(count).ok_or(TRUNCATED)?;
    let (offsets, data) = words.split_at_checked(count).ok_or(TRUNCATED)?;
    if !tail.is_empty() {
        return Err(TRUNCATED);
    }
    let entry = |(pc, offset): (&[u8; 4], &[u8; 4])| {
        let record = data.get(word(offset) as usize..)?;
        let [frame_size, length, rest @ ..] = record else {
            return None;
        };
        Some(SectionEntry {
            pc: word(pc),
            frame_size: word(frame_size),
            bitmap: rest.get(..word(length) as usize)?,
        })
    };
    pcs.iter()
        .zip(offsets)
        .map(|place| entry(place).ok_or("a stack map lies outside its section"))
        .collect()
}
