//! What every source of the corpus produces.

use crate::names::{Collector, Isa, ModuleKey, Tier};
use serde::{Deserialize, Serialize};
use stackmap_encoders::Table;
use std::ops::Range;

/// One corpus item on one ISA with one collector.
#[derive(Clone, Debug)]
pub struct Module {
    /// Short name, unique per ISA and collector.
    pub name: String,
    /// The ISA it is compiled for.
    pub isa: Isa,
    /// The collector it is compiled for.
    pub collector: Collector,
    /// Where the module comes from.
    pub tier: Tier,
    /// Toolchain, licence, version: whatever says where this came from.
    pub provenance: String,
    /// Bytes of machine code.
    pub text_bytes: u64,
    /// Bytes of the whole `.cwasm`, if there is one.
    pub cwasm_bytes: Option<u64>,
    /// The `.wasmtime.stackmap` section as Wasmtime wrote it, if it did.
    pub section: Option<Vec<u8>>,
    /// All functions in `.text`, ascending.
    pub functions: Vec<Function>,
    /// Every safepoint, empties included.
    pub table: Table,
    /// How the completeness of `table` was checked.
    pub cross_check: CrossCheck,
}

/// A function's bytes in `.text`, relative to its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Offsets of the first byte and of the byte after the last.
    pub range: Range<u32>,
    /// What the function is.
    pub kind: FunctionKind,
}

/// What a function in `.text` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FunctionKind {
    /// Compiled from a WebAssembly function, or from CLIF.
    Wasm,
    /// Wasmtime's compiled initialisation of globals, tables and segments.
    ModuleStart,
    /// Trampolines and builtins that Wasmtime adds.
    Trampoline,
}

/// How many return addresses each independent route found. A disagreement is
/// reported, never hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossCheck {
    /// Safepoints in the section that Wasmtime wrote.
    pub recorded: usize,
    /// Those that the first available route found, too.
    pub confirmed: usize,
    /// Return addresses on Cranelift's own call-site list, tail calls left out.
    pub call_sites: Option<usize>,
    /// Return addresses found by disassembling function by function.
    pub disassembled: Option<usize>,
    /// Return addresses that both of these routes found.
    pub agreed: Option<usize>,
    /// Functions of `.text` to which no call-site list could be matched.
    pub unmatched_functions: usize,
}

impl Module {
    /// Name, ISA and collector.
    pub fn key(&self) -> ModuleKey {
        ModuleKey {
            module: self.name.clone(),
            isa: self.isa,
            collector: self.collector,
        }
    }

    /// The safepoints outside `module_start`, or `None` if it has none or does
    /// not exist.
    pub fn table_without_start(&self) -> Option<Table> {
        let start = self
            .functions
            .iter()
            .find(|f| f.kind == FunctionKind::ModuleStart)?;
        let rest = self.table.filtered(|pc| !start.covers_return(pc));
        (rest.len() < self.table.len()).then_some(rest)
    }
}

impl Function {
    /// Whether `pc` is a return address into this function. A call may be the
    /// last instruction, so the end counts and the start does not.
    pub fn covers_return(&self, pc: u32) -> bool {
        self.range.start < pc && pc <= self.range.end
    }
}
