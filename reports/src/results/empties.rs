//! What safepoints without references cost: `empties.csv`, and `calls.csv` beside it.

use super::checks::{Flaw, adds_up, at_most};
use super::files::row;
use stackmap_corpus::{Collector, Isa, Tier};

row! {
    /// The safepoints of a module that one kind of function makes one kind of call at.
    CallsRow in "calls.csv", one per module isa collector caller callee {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Tier of the module.
        tier: Tier,
        /// What calls: `wasm`, `module-start`, or a `trampoline` of Wasmtime's.
        caller: String,
        /// What it calls: a `function` of the module, a builtin by its name, or what a
        /// `pointer` leads to.
        callee: String,
        /// Whether the collector never looks such a call up.
        never: bool,
        /// Safepoints with live references.
        maps: u64,
        /// Safepoints without.
        empties: u64,
    }
}

row! {
    /// Bytes of a module's section with and without safepoints that have no references,
    /// or that the collector never looks up.
    EmptiesRow in "empties.csv", one per module isa collector {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Tier of the module.
        tier: Tier,
        /// Safepoints with live references.
        maps: u64,
        /// Of these: at calls during which nothing is ever collected.
        maps_never: u64,
        /// Safepoints without references.
        empties: u64,
        /// Of these: in trampolines, whose frames are not walked.
        empties_trampolines: u64,
        /// Of these: at other calls during which nothing is ever collected.
        empties_never: u64,
        /// Of these: at other calls.
        empties_needed: u64,
        /// Frames that collections walked in this module where it was run.
        frames: u64,
        /// Bytes of the `.cwasm`.
        cwasm: u64,
        /// Bytes of `exact`.
        exact: u64,
        /// The same without maps that are never looked up.
        exact_needed: u64,
        /// Bytes of `blocks`, which records no empties.
        blocks: u64,
        /// Bytes of `blocks-tri`, which does.
        blocks_tri: u64,
        /// The same without all empties.
        blocks_tri_none: u64,
        /// Bytes of `delta`, which records no empties.
        delta: u64,
        /// Bytes of `delta-tri`, which records empties.
        delta_tri: u64,
        /// The same without the empties of trampolines.
        delta_tri_walked: u64,
        /// And without all empties that are never looked up.
        delta_tri_collecting: u64,
        /// And without such maps.
        delta_tri_needed: u64,
        /// With all maps and without all empties.
        delta_tri_none: u64,
        /// Most bytes that the writer of `delta-tri` had allocated at once.
        delta_tri_peak: u64,
        /// The same without all empties.
        delta_tri_none_peak: u64,
    } each counts;
}

fn counts(row: &EmptiesRow) -> Option<Flaw> {
    let parts = [
        row.empties_trampolines,
        row.empties_never,
        row.empties_needed,
    ];
    let (never, maps) = (row.maps_never as f64, row.maps as f64);
    adds_up("empties", row.empties, &parts)
        .or_else(|| at_most("maps_never", never, maps, "the maps"))
}
