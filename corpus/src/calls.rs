//! What is called at each safepoint, read from x86-64 code.
//!
//! The collector looks up the frames of Wasm code that wait at a call. Some calls
//! it can never find a frame at: those of Wasmtime's trampolines, whose frames lie
//! beyond the ends of what it walks, and those to builtins that neither collect nor
//! let anybody else do so.

use crate::assemble::assemble;
use crate::compile::{CompileOptions, CompiledModule, compile};
use crate::cwasm::Cwasm;
use crate::error::CorpusError;
use crate::module::{FunctionKind, Module};
use crate::names::{Isa, Tier};
use crate::programs::Program;
use crate::recorded::{CompiledWild, RecordOptions, Target, compile_whole};
use crate::wild::WildModule;
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSymbol, SymbolKind};
use std::collections::HashMap;
use std::fmt;

/// The call at a safepoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where it returns to, in bytes from the start of `.text`.
    pub pc: u32,
    /// What kind of function calls.
    pub caller: FunctionKind,
    /// What it calls.
    pub callee: Callee,
}

/// What a call calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Callee {
    /// A function of `.text` that is no builtin.
    Function,
    /// Whatever a pointer leads to: an import, a `funcref`, the host.
    Pointer,
    /// The builtin of that name, through its trampoline.
    Builtin(String),
}

/// How `wasmtime/src/compile.rs` begins the symbols of builtins' trampolines.
const BUILTIN: &str = "wasmtime_builtin_";

/// Builtins during which nothing is collected, by Wasmtime 48's
/// `runtime/vm/libcalls.rs`: they neither collect nor give the store to anybody, as
/// long as no debugger is told of a trap. The others collect, or wait under
/// `block_on!`, which may let another fiber of the store run, or call the embedder or
/// a debugger.
const NEVER_COLLECT: [&str; 27] = [
    "ceil_f32",
    "ceil_f64",
    "drop_gc_ref",
    "floor_f32",
    "floor_f64",
    "fma_f32x4",
    "fma_f64x2",
    "get_instance_id",
    "get_interned_func_ref",
    "i8x16_shuffle",
    "i8x16_swizzle",
    "intern_func_ref_for_gc_heap",
    "is_subtype",
    "memory_atomic_notify",
    "memory_atomic_wait32",
    "memory_atomic_wait64",
    "memory_copy",
    "memory_fill",
    "nearest_f32",
    "nearest_f64",
    "passive_elem_segment_base",
    "passive_elem_segment_drop",
    "passive_elem_segment_len",
    "ref_func",
    "table_get_lazy_init_func_ref",
    "trunc_f32",
    "trunc_f64",
];

impl Callee {
    /// Whether nothing can be collected before such a call returns.
    pub fn never_collects(&self) -> bool {
        matches!(self, Callee::Builtin(name) if NEVER_COLLECT.contains(&name.as_str()))
    }
}

impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Callee::Function => "function",
            Callee::Pointer => "pointer",
            Callee::Builtin(name) => name,
        })
    }
}

/// Compiles one of our programs for x86-64; its calls are those of its table, in the
/// same order.
pub fn of_program(
    program: &Program,
    options: &CompileOptions,
) -> Result<(Module, Vec<Call>), CorpusError> {
    let name = program.name;
    let CompiledModule { cwasm, calls } = compile(name, program.wat.as_bytes(), options)?;
    let provenance = String::new();
    let module = assemble(name, name, Tier::Program, provenance, &cwasm, Some(calls))?;
    let calls = calls_of(&module, &cwasm)?;
    Ok((module, calls))
}

/// The same for a wild module; the program must call [`crate::child_main`].
pub fn of_wild(
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<(Module, Vec<Call>), CorpusError> {
    let CompiledWild { module, cwasm, .. } = compile_whole(entry, target, options)?;
    let calls = calls_of(&module, &cwasm)?;
    Ok((module, calls))
}

fn calls_of(module: &Module, cwasm: &[u8]) -> Result<Vec<Call>, CorpusError> {
    let origin = module.key().to_string();
    let refuse = |problem: String| {
        CorpusError::unusable(&origin, problem, "compile it for x86_64, with Wasmtime 48")
    };
    if module.isa != Isa::X86_64 {
        return Err(refuse("its calls cannot be read".into()));
    }
    let text = Cwasm::parse(&origin, cwasm)?.text;
    let symbols = symbols(cwasm).map_err(|e| refuse(e.to_string()))?;
    let call = |pc: u32| {
        let after = module.functions.partition_point(|f| f.range.start < pc);
        let caller = module.functions[..after].last().map(|f| f.kind);
        let callee = callee(text, pc, &symbols);
        let (caller, callee) = caller.zip(callee).ok_or(pc)?;
        Ok(Call { pc, caller, callee })
    };
    let calls: Result<_, u32> = module.table.iter().map(|s| call(s.pc)).collect();
    calls.map_err(|pc| refuse(format!("no call that we know returns to {pc:#x}")))
}

/// Names of functions by their address.
fn symbols(cwasm: &[u8]) -> Result<HashMap<u64, &str>, object::Error> {
    let elf = ElfFile64::<Endianness>::parse(cwasm)?;
    let symbols = elf.symbols().filter(|s| s.kind() == SymbolKind::Text);
    symbols.map(|s| Ok((s.address(), s.name()?))).collect()
}

/// What the instruction before a return address calls, if it is a call.
fn callee(text: &[u8], pc: u32, symbols: &HashMap<u64, &str>) -> Option<Callee> {
    let before = text.get(..pc as usize)?;
    // `call rel32`. That another call ends in bytes that look like one is all but
    // ruled out by their leading to the start of a function.
    if let [.., 0xe8, a, b, c, d] = *before
        && let Some(address) = pc.checked_add_signed(i32::from_le_bytes([a, b, c, d]))
        && let Some(name) = symbols.get(&address.into())
    {
        return Some(match name.strip_prefix(BUILTIN) {
            Some(builtin) => Callee::Builtin(builtin.to_owned()),
            None => Callee::Function,
        });
    }
    // `call reg`, and `call [reg + disp]` with 8 and with 32 bits of it; in the
    // latter two `rsp` and `r12` take a byte more.
    let pointer = matches!(
        *before,
        [.., 0xff, 0xd0..=0xd7]
            | [.., 0xff, 0x10..=0x17]
            | [.., 0xff, 0x50..=0x57, _]
            | [.., 0xff, 0x54, 0x24, _]
            | [.., 0xff, 0x90..=0x97, _, _, _, _]
            | [.., 0xff, 0x94, 0x24, _, _, _, _]
    );
    pointer.then_some(Callee::Pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime_environ::BuiltinFunctionIndex;

    #[test]
    fn builtins_that_never_collect_are_builtins() {
        let builtins = (0..BuiltinFunctionIndex::len()).map(BuiltinFunctionIndex::from_u32);
        let names: Vec<_> = builtins.map(|b| b.name()).collect();
        for never in NEVER_COLLECT {
            assert!(names.contains(&never), "{never}");
        }
        assert!(NEVER_COLLECT.is_sorted());
    }

    #[test]
    fn calls_are_told_apart_by_what_they_call() {
        let wat = r#"(module
            (type $f (func)) (import "" "f" (func $import))
            (type $s (sub (struct))) (type $t (sub final $s (struct)))
            (table 1 funcref) (memory 1)
            (func $leaf (param $x anyref) (result i32)
              (memory.fill (i32.const 0) (i32.const 0) (memory.size))
              (ref.test (ref $s) (local.get $x)))
            (func (export "g") (param $x anyref)
              (drop (call $leaf (struct.new $t)))
              (call_indirect (type $f) (i32.const 0))
              (call $import)))"#;
        let program = Program {
            name: "m",
            wat,
            size: 0,
            expected: 0,
        };
        let options = CompileOptions {
            target: Some("x86_64".into()),
            ..CompileOptions::default()
        };
        let (module, calls) = of_program(&program, &options).unwrap();
        assert_eq!(calls.len(), module.table.len());
        let of = |kind: FunctionKind| {
            let calls = calls.iter().filter(move |call| call.caller == kind);
            let mut names: Vec<_> = calls.map(|call| call.callee.to_string()).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let expected = [
            "function",
            "gc_alloc_raw",
            "is_subtype",
            "memory_fill",
            "pointer",
        ];
        let found = of(FunctionKind::Wasm);
        for callee in expected {
            assert!(
                found.iter().any(|name| name == callee),
                "{callee}: {found:?}"
            );
        }
        // Into Wasm, and out of it.
        assert_eq!(of(FunctionKind::Trampoline), ["function", "pointer"]);
    }
}
