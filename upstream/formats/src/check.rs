//! The safepoints of the programs on every ISA: as the lab finds them in what
//! Wasmtime writes in today's format, as the changed compiler hands them to the
//! writer, and as the changed writer and reader hand them on. Then the answers of
//! every format in one run of each program.

use crate::compile::handed_over;
use crate::observe::pauses;
use crate::process::{section_bytes, seen};
use crate::rounds::verify;
use crate::subject::Subject;
use crate::table::label;
use crate::variant::Variant;
use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, Isa, Tier, compile_wasm};
use stackmap_encoders::{Encoder, Table, delta_tri::DeltaTri};
use stackmap_rehearsal::{COLLECTORS, config, options, say};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;
use wasmtime::{Engine, Module};
use wasmtime_environ::{StackMap, formats, obj};

/// Compares them for every program and prints how many they are.
pub fn safepoints() -> Result<()> {
    say!(
        "{:<10} {:<10} {:>8} {:>6} {:>8} {:>10}",
        "isa",
        "collector",
        "programs",
        "maps",
        "empties",
        "tail calls"
    )?;
    formats::SEEN.store(formats::HASHED, Relaxed);
    for isa in Isa::OF_MODULES {
        for collector in COLLECTORS {
            let (mut maps, mut empties, mut tail_calls) = (0, 0, 0);
            for program in programs::all() {
                let at = || format!("{} for {isa}, collector {collector}", program.name);
                let lab = of_lab(program, isa, collector)?;
                let written = handed_over()?;
                ensure!(
                    is_but_for_tail_calls(&written, &lab),
                    "{}: Wasmtime's safepoints are not those of the lab",
                    at()
                );
                compare_section(program, isa, collector).with_context(at)?;
                maps += lab.maps();
                empties += lab.empties();
                tail_calls += written.len() - lab.len();
            }
            let programs = programs::all().len();
            say!(
                "{isa:<10} {collector:<10} {programs:>8} {maps:>6} {empties:>8} {tail_calls:>10}"
            )?;
        }
    }
    formats::SEEN.store(formats::PLAIN, Relaxed);
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
    Variant::TODAY.select();
    let (wat, options) = (program.wat.as_bytes(), options(isa, collector));
    let module = compile_wasm(program.name, Tier::Program, String::new(), wat, &options)?;
    let complete = module.table.is_complete();
    ensure!(complete, "{}: the lab lacks safepoints", program.name);
    Ok(module.table)
}

/// The section of the patches is the lab's `delta-tri`, byte for byte, and both ways
/// to read it give what was written.
fn compare_section(program: &Program, isa: Isa, collector: Collector) -> Result<()> {
    formats::FORMAT.store(formats::DELTA_TRI, Relaxed);
    let cwasm = Engine::new(&config(isa, collector)?)?.precompile_module(program.wat.as_bytes())?;
    let written = handed_over()?;
    let file = object::File::parse(&*cwasm)?;
    let section = file.section_by_name(obj::ELF_WASMTIME_STACK_MAP);
    let section = section.context("there is no section")?.data()?;
    ensure!(
        section == DeltaTri::encode(&written)?.bytes,
        "the section is not that of the lab's delta-tri"
    );
    let iterated = StackMap::iter(section).context("the section is malformed")?;
    let mut read = Table::complete();
    for (pc, map) in iterated {
        read.push(pc.into(), map.frame_size(), map.offsets())?;
    }
    ensure!(read == written, "iterating gives other stack maps");
    let mut buffer = Vec::new();
    for safepoint in written.iter() {
        let map = StackMap::lookup(safepoint.pc, section, &mut buffer);
        let map = map.context("a safepoint is missing")?;
        let same = map.offsets().eq(safepoint.slots());
        ensure!(same, "lookup gives another stack map");
    }
    Ok(())
}

/// Compares the answers of all formats and prints what they were.
pub fn answers() -> Result<()> {
    say!(
        "{:<10} {:<13} {:>11} {:>8} {:>10} {:>8} {:>8} {:>13} {:>12}",
        "collector",
        "format",
        "collections",
        "lookups",
        "references",
        "empties",
        "missing",
        "section bytes",
        ".cwasm bytes"
    )?;
    let isa = Isa::host().context("Cranelift does not compile for this machine")?;
    for collector in COLLECTORS {
        let engine = Engine::new(&config(isa, collector)?)?;
        let mut today = Vec::new();
        for variant in Variant::all() {
            let mut sums = [0; 7];
            for (i, subject) in Subject::programs().enumerate() {
                variant.select();
                let cwasm = engine.precompile_module(&subject.wasm()?)?;
                // SAFETY: it was compiled just now.
                let code = unsafe { Module::deserialize(&engine, &cwasm)? };
                let run = || {
                    let (ran, pauses) = pauses(|| subject.run(&engine, &code));
                    ran.map(|()| pauses)
                };
                let seen = seen(run)?;
                if today.len() == i {
                    today.push(seen.answers.clone());
                }
                verify(&subject, collector, variant, &today[i], &seen)?;
                let own = [
                    seen.answers.collections,
                    seen.answers.lookups,
                    seen.answers.references,
                    seen.empties,
                    seen.missing,
                    section_bytes(&cwasm)?,
                    cwasm.len() as u64,
                ];
                sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            print(collector, variant, sums)?;
        }
    }
    say!("A format with a + has a memo before it.")
}

fn print(collector: Collector, variant: Variant, sums: [u64; 7]) -> Result<()> {
    let [
        collections,
        lookups,
        references,
        empties,
        missing,
        section,
        cwasm,
    ] = sums;
    let name = label(variant.scheme(), variant.memo_entries());
    say!(
        "{collector:<10} {name:<13} {collections:>11} {lookups:>8} {references:>10} {empties:>8} \
         {missing:>8} {section:>13} {cwasm:>12}"
    )
}
