//! The safepoints of the programs: as the lab finds them in what an unchanged
//! Wasmtime writes, and as the changed one hands them to the section's writer.

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, CompileOptions, Isa, Tier, compile_wasm};
use stackmap_encoders::Table;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::Engine;
use wasmtime_environ::{STACK_MAP_SCHEME, encode_stack_maps, obj};

/// The number of today's format.
pub const EXACT: usize = 0;

/// The collectors that keep stack maps busy.
pub const COLLECTORS: [Collector; 2] = [Collector::Copying, Collector::Drc];

/// Compares both for every program on every ISA and prints how many they are.
/// `tri_state` is the number of a scheme that keeps empties.
pub fn compare(tri_state: usize) -> Result<()> {
    println!(
        "{:<10} {:<10} {:>8} {:>10} {:>8} {:>8}",
        "isa", "collector", "programs", "safepoints", "maps", "empties"
    );
    for isa in Isa::OF_MODULES {
        for collector in COLLECTORS {
            let (mut maps, mut empties) = (0, 0);
            for program in programs::all() {
                let at = || format!("{} for {isa}, collector {collector}", program.name);
                let table = of_lab(program, isa, collector).with_context(at)?;
                STACK_MAP_SCHEME.store(tri_state, Relaxed);
                let engine = Engine::new(
                    &options(isa, collector)
                        .config()
                        .map_err(anyhow::Error::msg)?,
                )?;
                let cwasm = engine.precompile_module(program.wat.as_bytes())?;
                check(&table, section(&cwasm)?).with_context(at)?;
                maps += table.maps();
                empties += table.empties();
            }
            println!(
                "{isa:<10} {collector:<10} {:>8} {:>10} {maps:>8} {empties:>8}",
                programs::all().len(),
                maps + empties
            );
        }
    }
    Ok(())
}

/// All safepoints of a program as the lab finds them: maps from today's section,
/// empties from Cranelift's compilation cache, matched to the code.
pub fn of_lab(program: &Program, isa: Isa, collector: Collector) -> Result<Table> {
    STACK_MAP_SCHEME.store(EXACT, Relaxed);
    let wat = program.wat.as_bytes();
    let options = options(isa, collector);
    let module = compile_wasm(program.name, Tier::Program, String::new(), wat, &options)?;
    ensure!(module.table.is_complete(), "the lab lacks safepoints");
    Ok(module.table)
}

/// That a section is what the current scheme makes of a table.
pub fn check(table: &Table, section: &[u8]) -> Result<()> {
    ensure!(
        section == encode_stack_maps(table),
        "Wasmtime's safepoints are not those of the lab"
    );
    Ok(())
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
