//! What is known of compiled functions, laid out in a text section.

use crate::module::{CrossCheck, Function, FunctionKind};
use cranelift_codegen::CompiledCode;
use cranelift_codegen::ir::{self, Opcode, SourceLoc, UserStackMap};
use stackmap_encoders::Table;
use std::collections::BTreeMap;

const TOO_LONG: &str = "the code exceeds 4 GiB";

/// What a module needs to know of one compiled function. Offsets count from its
/// first byte.
pub(crate) struct CompiledFunction {
    pub bytes: u32,
    alignment: u32,
    call_sites: Vec<u32>,
    /// Return address, frame size, live slots.
    maps: Vec<(u32, u32, UserStackMap)>,
}

impl CompiledFunction {
    /// Takes it from the code of a function that [`mark_tail_calls`] has marked.
    pub fn of(code: &CompiledCode) -> CompiledFunction {
        CompiledFunction {
            bytes: code.buffer.total_size(),
            alignment: code.buffer.alignment,
            call_sites: returning_call_sites(code),
            maps: code.buffer.user_stack_maps().to_vec(),
        }
    }
}

/// Source location of every tail call while it is compiled. Cranelift lists
/// tail calls among its call sites without telling them apart, but it keeps
/// source locations down to the machine code.
fn tail_call() -> SourceLoc {
    SourceLoc::new(1)
}

/// Makes tail calls known to [`CompiledFunction::of`].
pub(crate) fn mark_tail_calls(function: &mut ir::Function) {
    function.srclocs.clear();
    let blocks: Vec<_> = function.layout.blocks().collect();
    for block in blocks {
        let Some(last) = function.layout.last_inst(block) else {
            continue;
        };
        let opcode = function.dfg.insts[last].opcode();
        if matches!(opcode, Opcode::ReturnCall | Opcode::ReturnCallIndirect) {
            function.set_srcloc(last, tail_call());
        }
    }
}

/// Offsets of all return addresses, ascending. The ISA decides whether a tail
/// call is listed within its machine code or at either end of it. No other call
/// returns to these places, because the epilogue precedes the tail call.
fn returning_call_sites(code: &CompiledCode) -> Vec<u32> {
    let locations = code.buffer.get_srclocs_sorted().iter();
    let tail_calls: Vec<_> = locations.filter(|l| l.loc == tail_call()).collect();
    let is_tail_call = |pc: u32| tail_calls.iter().any(|l| l.start <= pc && pc <= l.end);
    let call_sites = code.buffer.call_sites().map(|site| site.ret_addr);
    call_sites.filter(|&pc| !is_tail_call(pc)).collect()
}

/// A text section under construction.
pub(crate) struct Layout {
    pub end: u32,
    pub functions: Vec<Function>,
    pub table: Table,
    pub cross_check: CrossCheck,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            end: 0,
            functions: Vec::new(),
            table: Table::complete(),
            cross_check: CrossCheck {
                call_sites: Some(0),
                ..CrossCheck::default()
            },
        }
    }
}

impl Layout {
    /// Puts a function after the others.
    pub fn append(&mut self, compiled: &CompiledFunction, preferred: u32) -> Result<(), String> {
        let alignment = preferred.max(compiled.alignment);
        let start = self.end.checked_next_multiple_of(alignment);
        self.place(compiled, start.ok_or(TOO_LONG)?)
    }

    /// Puts a function where it starts at `start`, beyond all others.
    pub fn place(&mut self, compiled: &CompiledFunction, start: u32) -> Result<(), String> {
        let range = start..start.checked_add(compiled.bytes).ok_or(TOO_LONG)?;
        let mut safepoints: BTreeMap<u32, Option<&(u32, u32, UserStackMap)>> =
            compiled.call_sites.iter().map(|&pc| (pc, None)).collect();
        if let Some(count) = &mut self.cross_check.call_sites {
            *count += safepoints.len();
        }
        for map in &compiled.maps {
            let listed = safepoints.insert(map.0, Some(map)).is_some();
            self.cross_check.recorded += 1;
            self.cross_check.confirmed += usize::from(listed);
        }
        for (pc, map) in safepoints {
            let pc = u64::from(range.start + pc);
            let frame_size = map.map_or(0, |(_, frame_size, _)| *frame_size);
            let slots = map.into_iter().flat_map(|(_, _, map)| map.entries());
            let pushed = self.table.push(pc, frame_size, slots.map(|(_, slot)| slot));
            pushed.map_err(|e| e.to_string())?;
        }
        self.end = range.end;
        self.functions.push(Function {
            range,
            kind: FunctionKind::Wasm,
        });
        Ok(())
    }
}
