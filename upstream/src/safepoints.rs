//! The safepoints of the programs: as the lab finds them in what an unchanged
//! Wasmtime writes, and as the changed one hands them to the section's writer.

use anyhow::{Result, ensure};
use object::{Object, ObjectSection};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, CompileOptions, Isa, Tier, compile_wasm};
use stackmap_encoders::Table;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime_environ::{STACK_MAP_SCHEME, STACK_MAP_TABLE, obj};

/// The number of today's format.
pub const EXACT: usize = 0;

/// The collectors that ask stack maps for references.
pub const COLLECTORS: [Collector; 2] = [Collector::Copying, Collector::Drc];

/// Compares both for every program on every ISA and prints how many they are.
pub fn compare() -> Result<()> {
    println!(
        "{:<10} {:<10} {:>8} {:>6} {:>8} {:>10}",
        "isa", "collector", "programs", "maps", "empties", "tail calls"
    );
    STACK_MAP_SCHEME.store(EXACT, Relaxed);
    for isa in Isa::OF_MODULES {
        for collector in COLLECTORS {
            let (mut maps, mut empties, mut tail_calls) = (0, 0, 0);
            for program in programs::all() {
                let lab = of_lab(program, isa, collector)?;
                let written = STACK_MAP_TABLE.lock().expect("nobody panics holding it");
                let written = written.as_ref().expect("a module is compiled");
                let at = || format!("{} for {isa}, collector {collector}", program.name);
                ensure!(
                    is_but_for_tail_calls(written, &lab),
                    "{}: Wasmtime's safepoints are not those of the lab",
                    at()
                );
                maps += lab.maps();
                empties += lab.empties();
                tail_calls += written.len() - lab.len();
            }
            println!(
                "{isa:<10} {collector:<10} {:>8} {maps:>6} {empties:>8} {tail_calls:>10}",
                programs::all().len(),
            );
        }
    }
    Ok(())
}

/// Whether the safepoints that were written are those of the lab, and others,
/// without references, at places that the lab takes for tail calls.
fn is_but_for_tail_calls(written: &Table, lab: &Table) -> bool {
    let pcs: BTreeSet<u32> = lab.iter().map(|safepoint| safepoint.pc).collect();
    written.filtered(|pc| pcs.contains(&pc)) == *lab && written.maps() == lab.maps()
}

/// All safepoints of a program as the lab finds them: maps from today's section,
/// empties from Cranelift's compilation cache, matched to the code.
fn of_lab(program: &Program, isa: Isa, collector: Collector) -> Result<Table> {
    let wat = program.wat.as_bytes();
    let options = options(isa, collector);
    let module = compile_wasm(program.name, Tier::Program, String::new(), wat, &options)?;
    ensure!(
        module.table.is_complete(),
        "{}: the lab lacks safepoints",
        program.name
    );
    Ok(module.table)
}

/// The stack maps in a `.cwasm`.
pub fn section(cwasm: &[u8]) -> Result<&[u8]> {
    let file = object::File::parse(cwasm)?;
    let section = file.section_by_name(obj::ELF_WASMTIME_STACK_MAP);
    Ok(section.map_or(Ok(&[][..]), |s| s.data())?)
}

/// What the programs are compiled with.
pub fn options(isa: Isa, collector: Collector) -> CompileOptions {
    CompileOptions {
        target: Some(isa.to_string()),
        collector: Some(collector),
        ..CompileOptions::default()
    }
}
