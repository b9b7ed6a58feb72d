//! Cranelift's own list of call sites, taken from the real compile.
//!
//! Wasmtime keeps no trace of safepoints without live references. Cranelift's
//! list of call sites has them, and the blobs that it hands to an incremental
//! cache contain that list. So we pose as a cache that is always empty: the
//! compile goes on as usual, and we see every function.

use crate::module::Function;
use crate::names::Isa;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::incremental_cache::try_finish_recompile;
use cranelift_codegen::{FinalizedMachReloc, ir};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;
use wasmtime::CacheStore;

/// A cache that never hits and remembers every function it is shown.
#[derive(Debug)]
pub(crate) struct Capture {
    isa: Isa,
    seen: Mutex<Vec<UnlinkedFunction>>,
}

/// Return addresses found in one `.text`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallSites {
    /// Offsets into `.text`, ascending, without tail calls.
    pub returns: Vec<u32>,
    /// Functions of `.text` of which no capture was found.
    pub unmatched: usize,
}

/// A function before relocation.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct UnlinkedFunction {
    code: Vec<u8>,
    /// Bytes that relocation overwrites, ascending: start and length.
    holes: Vec<(usize, usize)>,
    /// Return addresses, in bytes from the start of `code`.
    returns: Vec<u32>,
}

impl CacheStore for Capture {
    fn get(&self, _key: &[u8]) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn insert(&self, _key: &[u8], value: Vec<u8>) -> bool {
        // The empty function supplies a source position and external names,
        // which we do not read. If a blob does not decode, its function stays
        // unmatched, which is reported.
        let Ok(compiled) = try_finish_recompile(&ir::Function::new(), &value) else {
            return false;
        };
        let code = compiled.buffer.data();
        // In Cranelift 0.135 every stack map belongs to a call site. The maps
        // themselves are in the section, so only the call sites are missing.
        let returns = compiled.buffer.call_sites().map(|site| site.ret_addr);
        let mut function = UnlinkedFunction {
            returns: returns
                .filter(|&pc| !is_tail_call(self.isa, code, pc))
                .collect(),
            holes: compiled.buffer.relocs().iter().map(hole).collect(),
            code: code.to_vec(),
        };
        function.holes.sort_unstable();
        self.seen
            .lock()
            .expect("no panic while locked")
            .push(function);
        true
    }
}

impl Capture {
    /// An empty capture for a compile to `isa`.
    pub fn new(isa: Isa) -> Self {
        Capture {
            isa,
            seen: Mutex::default(),
        }
    }

    /// Finds the capture of every function of `.text` by its content.
    pub fn call_sites(&self, text: &[u8], functions: &[Function]) -> CallSites {
        let mut seen = self.seen.lock().expect("no panic while locked");
        seen.sort_unstable();
        seen.dedup();
        let mut by_length = HashMap::<usize, Vec<&UnlinkedFunction>>::new();
        for function in seen.iter() {
            let same_length = by_length.entry(function.code.len()).or_default();
            same_length.push(function);
        }
        let mut out = CallSites::default();
        for Function { range, .. } in functions {
            let code = text
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default();
            let candidates = by_length.get(&code.len()).map_or(&[][..], Vec::as_slice);
            let mut matching = candidates
                .iter()
                .filter(|candidate| candidate.matches(code));
            // Candidates may differ only in bytes that relocation overwrites.
            // Then it does not matter which of them this is, as long as all
            // call at the same places.
            match matching.next() {
                Some(first) if matching.all(|other| other.returns == first.returns) => {
                    out.returns
                        .extend(first.returns.iter().map(|pc| range.start + pc));
                }
                _ => out.unmatched += 1,
            }
        }
        out.returns.sort_unstable();
        out.returns.dedup();
        out
    }
}

impl UnlinkedFunction {
    fn matches(&self, code: &[u8]) -> bool {
        let mut at = 0;
        let ends = self.holes.iter().copied().chain([(code.len(), 0)]);
        code.len() == self.code.len()
            && ends.into_iter().all(|(start, length)| {
                let start = start.clamp(at, code.len());
                let fixed: Range<usize> = at..start;
                at = (start + length).min(code.len());
                code[fixed.clone()] == self.code[fixed]
            })
    }
}

/// Start and length of what a relocation overwrites. Wasmtime's text section
/// resolves no other kinds than these; any other stops the compile.
fn hole(reloc: &FinalizedMachReloc) -> (usize, usize) {
    let at = reloc.offset as usize;
    match reloc.kind {
        // `auipc` and `jalr`.
        Reloc::RiscvCallPlt => (at, 8),
        // The number of the host call, in the instruction's last byte.
        Reloc::PulleyCallIndirectHost => (at + 3, 1),
        _ => (at, 4),
    }
}

/// Whether the call site is a tail call, which does not return here. The list
/// does not say, so look at the instruction that ends at the return address. On
/// RISC-V a listed tail call starts there, so anything but a call ends there.
fn is_tail_call(isa: Isa, code: &[u8], pc: u32) -> bool {
    let before = &code[..(pc as usize).min(code.len())];
    let tail = |n: usize| {
        before
            .len()
            .checked_sub(n)
            .map_or(&[][..], |from| &before[from..])
    };
    let word = || <[u8; 4]>::try_from(tail(4)).map_or(0, u32::from_le_bytes);
    match isa {
        // `jmp rel32`, not yet relocated, and `jmp reg`.
        Isa::X86_64 => {
            matches!(tail(5), [0xe9, 0, 0, 0, 0]) || matches!(tail(2), [0xff, 0xe0..=0xe7])
        }
        // `b` and `br`.
        Isa::Aarch64 => word() & 0xfc00_0000 == 0x1400_0000 || word() & 0xffff_fc1f == 0xd61f_0000,
        // Anything but `jalr ra` and `c.jalr`.
        Isa::Riscv64 => word() & 0x0000_7fff != 0x00e7 && (word() >> 16) & 0xf07f != 0x9002,
        // `brcl 15` and `br`.
        Isa::S390x => matches!(tail(6), [0xc0, 0xf4, ..]) || matches!(tail(2), [0x07, 0xf0..=0xff]),
        // Pulley lists no tail calls.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompileOptions;
    use crate::cwasm::Cwasm;
    use std::sync::Arc;
    use wasmtime::Engine;

    #[test]
    fn a_function_is_matched_by_all_that_relocation_leaves() {
        let wat = r#"(module
            (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 5)))
            (func (export "f") (result i32) (call $leaf (call $leaf (i32.const 1)))))"#;
        let options = CompileOptions {
            target: Some("x86_64".into()),
            ..CompileOptions::default()
        };
        let capture = Arc::new(Capture::new(Isa::X86_64));
        let mut config = options.config().unwrap();
        config
            .enable_incremental_compilation(capture.clone())
            .unwrap();
        let cwasm = Engine::new(&config)
            .unwrap()
            .precompile_module(wat.as_bytes())
            .unwrap();
        let Cwasm {
            text, functions, ..
        } = Cwasm::parse("m", &cwasm).unwrap();

        let found = capture.call_sites(text, &functions);
        assert_eq!(found.unmatched, 0);
        let caller = functions[1].clone();
        let inside = |sites: &CallSites| {
            let inside = sites.returns.iter().filter(|&&pc| caller.covers_return(pc));
            inside.copied().collect::<Vec<_>>()
        };
        let [first, _] = inside(&found)[..] else {
            panic!("{found:?}");
        };

        let mut moved = text.to_vec();
        moved[first as usize - 1] ^= 0xff;
        assert_eq!(capture.call_sites(&moved, &functions), found);

        let mut changed = text.to_vec();
        changed[first as usize] ^= 0xff;
        let found = capture.call_sites(&changed, &functions);
        assert_eq!((found.unmatched, inside(&found)), (1, vec![]));
    }
}
