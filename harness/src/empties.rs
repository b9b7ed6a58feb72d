//! What safepoints without references cost, and which of them nothing asks for.

use crate::machine::memory::with_peak;
use crate::walks;
use anyhow::{Context, Result, ensure};
use stackmap_corpus::calls::{Call, Callee};
use stackmap_corpus::{FunctionKind, Module};
use stackmap_encoders::blocks::Blocks;
use stackmap_encoders::blocks_tri::BlocksTri;
use stackmap_encoders::delta::Delta;
use stackmap_encoders::delta_tri::DeltaTri;
use stackmap_encoders::exact::Exact;
use stackmap_encoders::{Encoder, Safepoint, Table};
use stackmap_reports::results::{CallsRow, EmptiesRow};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// Whether the collector never finds a frame at this call.
fn is_never(call: &Call) -> bool {
    call.caller == FunctionKind::Trampoline || call.callee.never_collects()
}

/// Counts the safepoints of a module by what is called there.
pub fn calls(module: &Module, calls: &[Call]) -> Vec<CallsRow> {
    let mut groups = BTreeMap::<(&str, &Callee, bool), (u64, u64)>::new();
    for (call, safepoint) in calls.iter().zip(module.table.iter()) {
        let caller = match call.caller {
            FunctionKind::Wasm => "wasm",
            FunctionKind::ModuleStart => "module-start",
            FunctionKind::Trampoline => "trampoline",
        };
        let group = groups.entry((caller, &call.callee, is_never(call)));
        let (maps, empties) = group.or_insert((0, 0));
        *(if safepoint.is_empty() { empties } else { maps }) += 1;
    }
    let groups = groups.into_iter();
    let rows = groups.map(|((caller, callee, never), (maps, empties))| CallsRow {
        module: module.name.clone(),
        isa: module.isa,
        collector: module.collector,
        tier: module.tier,
        caller: caller.to_owned(),
        callee: callee.to_string(),
        never,
        maps,
        empties,
    });
    rows.collect()
}

/// Bytes of a module's section with less and less in it. To be called when nothing
/// else allocates. An error if the walks of the module, of which those of wild ones are
/// in the folder, contradict what is said of its calls.
pub fn bytes(module: &Module, calls: &[Call], recorded_walks: &Path) -> Result<EmptiesRow> {
    let table = &module.table;
    let pcs_of = |wanted: &dyn Fn(&Call, Safepoint<'_>) -> bool| -> HashSet<u32> {
        let all = calls.iter().zip(table.iter());
        let chosen = all.filter(|(call, safepoint)| wanted(call, *safepoint));
        chosen.map(|(call, _)| call.pc).collect()
    };
    let trampolines = pcs_of(&|c, s| s.is_empty() && c.caller == FunctionKind::Trampoline);
    let empties_never = pcs_of(&|c, s| s.is_empty() && is_never(c));
    let maps_never = pcs_of(&|c, s| !s.is_empty() && is_never(c));

    let never = |pc: &u32| empties_never.contains(pc) || maps_never.contains(pc);
    let mut frames = 0;
    if let Some(walks) = walks::of(module, Some(recorded_walks))? {
        for pc in walks.stacks.iter().flatten() {
            frames += 1;
            ensure!(
                !never(pc),
                "{}: a collection found a frame at {pc:#x}, where there should be none; correct corpus/src/calls.rs",
                module.key()
            );
        }
    }

    let needed = table.filtered(|pc| !never(&pc));
    let walked = table.filtered(|pc| !trampolines.contains(&pc));
    let collecting = table.filtered(|pc| !empties_never.contains(&pc));
    let of = |written: Result<(u64, u64)>| written.with_context(|| module.key());
    // The schemes that record empties take a table without any, too, and so tell what
    // empties alone cost: those that record none have blocks of another size.
    let empties: HashSet<u32> = pcs_of(&|_, s| s.is_empty());
    let none = table.filtered(|pc| !empties.contains(&pc));
    let (delta_tri, delta_tri_peak) = of(write::<DeltaTri>(table))?;
    let (delta_tri_none, delta_tri_none_peak) = of(write::<DeltaTri>(&none))?;
    Ok(EmptiesRow {
        module: module.name.clone(),
        isa: module.isa,
        collector: module.collector,
        tier: module.tier,
        maps: table.maps() as u64,
        maps_never: maps_never.len() as u64,
        empties: table.empties() as u64,
        empties_trampolines: trampolines.len() as u64,
        empties_never: (empties_never.len() - trampolines.len()) as u64,
        empties_needed: needed.empties() as u64,
        frames,
        cwasm: module.cwasm_bytes.unwrap_or_default(),
        exact: of(write::<Exact>(table))?.0,
        exact_needed: of(write::<Exact>(&needed))?.0,
        blocks: of(write::<Blocks>(table))?.0,
        blocks_tri: of(write::<BlocksTri>(table))?.0,
        blocks_tri_none: of(write::<BlocksTri>(&none))?.0,
        delta: of(write::<Delta>(table))?.0,
        delta_tri,
        delta_tri_walked: of(write::<DeltaTri>(&walked))?.0,
        delta_tri_collecting: of(write::<DeltaTri>(&collecting))?.0,
        delta_tri_needed: of(write::<DeltaTri>(&needed))?.0,
        delta_tri_none,
        delta_tri_peak,
        delta_tri_none_peak,
    })
}

/// Bytes of a section, and the most that its writer had allocated at once.
fn write<E: Encoder>(table: &Table) -> Result<(u64, u64)> {
    let (section, peak) = with_peak(|| E::encode(table));
    Ok((section?.bytes.len() as u64, peak as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackmap_corpus::calls::of_program;
    use stackmap_corpus::{CompileOptions, programs};

    #[test]
    fn a_program_never_collects_where_it_is_said_to() {
        let options = CompileOptions {
            target: Some("x86_64".into()),
            ..CompileOptions::default()
        };
        let program = programs::all().iter().find(|p| p.name == "richards");
        let (module, mut found) = of_program(program.unwrap(), &options).unwrap();
        let row = bytes(&module, &found, Path::new("")).unwrap();
        assert_eq!(row.empties, module.table.empties() as u64);
        assert!(row.delta_tri_none < row.delta_tri_collecting);
        assert!(row.delta_tri_collecting < row.delta_tri_walked);
        assert!(row.delta_tri_walked < row.delta_tri);
        let rows = calls(&module, &found);
        assert_eq!(rows.iter().map(|r| r.empties).sum::<u64>(), row.empties);
        assert_eq!(rows.iter().map(|r| r.maps).sum::<u64>(), row.maps);

        // Where frames were walked, that is checked.
        if row.frames > 0 {
            let builtin = Callee::Builtin("is_subtype".into());
            found.iter_mut().for_each(|c| c.callee = builtin.clone());
            let error = bytes(&module, &found, Path::new("")).unwrap_err();
            assert!(error.to_string().contains("richards"), "{error}");
        }
    }
}
