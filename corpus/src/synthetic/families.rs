//! The families, each named for the property in which it differs from
//! [`ORDINARY`].

use super::body::Body;
use super::giant;
use super::shape::{ORDINARY, Shape};

/// Functions with one property in common.
pub(super) struct Family {
    /// Name of the family and of its module.
    pub name: &'static str,
    /// The property, for the module's provenance.
    pub about: &'static str,
    /// Emits the body of one function.
    pub emit: fn(&mut Body<'_>),
}

const fn family(name: &'static str, about: &'static str, emit: fn(&mut Body<'_>)) -> Family {
    Family { name, about, emit }
}

/// All families, in the order in which they are reported.
pub(super) const FAMILIES: &[Family] = &[
    family(
        "calls-sparse",
        "40 to 120 operations between calls",
        calls_sparse,
    ),
    family(
        "calls-dense",
        "at most 2 operations between calls",
        calls_dense,
    ),
    family("live-few", "1 to 3 live references", live_few),
    family("live-many", "20 to 60 live references", live_many),
    family(
        "lifetimes-short",
        "references survive 1 or 2 safepoints",
        lifetimes_short,
    ),
    family(
        "lifetimes-long",
        "references survive 20 to 200 safepoints",
        lifetimes_long,
    ),
    family(
        "repeats-none",
        "references are born or die between nearly any two safepoints",
        repeats_none,
    ),
    family(
        "repeats-most",
        "at 85 % of safepoints the references are those of the one before",
        repeats_most,
    ),
    family("straight", "no branches", straight),
    family("diamonds", "two-way branches that join again", diamonds),
    family(
        "loops",
        "loops that carry a reference, some with a branch inside or nested",
        loops,
    ),
    family(
        "early-exits",
        "conditional returns every few calls",
        early_exits,
    ),
    family("switches", "jump tables of 3 to 12 arms", switches),
    family(
        "frames-slots",
        "1 to 3 stack slots of 256 bytes to 4 KiB without references",
        frames_slots,
    ),
    family(
        "frames-spills",
        "20 to 80 numbers live across all calls",
        frames_spills,
    ),
    family(
        "empties-rare",
        "2 % of safepoints without references",
        empties_rare,
    ),
    family(
        "empties-half",
        "50 % of safepoints without references",
        empties_half,
    ),
    family(
        "empties-most",
        "90 % of safepoints without references",
        empties_most,
    ),
    family(
        giant::NAME,
        "thousands of safepoints, 80 to 600 live references of which 1 to 3 change from map to map, up to 2500 at the end",
        giant::emit,
    ),
];

fn straight(body: &mut Body<'_>) {
    line(body, &ORDINARY);
}

fn line(body: &mut Body<'_>, shape: &Shape) {
    let safepoints = body.pick(&shape.safepoints);
    body.steps(shape, safepoints);
}

fn calls_sparse(body: &mut Body<'_>) {
    let shape = Shape {
        operations: 40..=120,
        ..ORDINARY
    };
    line(body, &shape);
}

fn calls_dense(body: &mut Body<'_>) {
    let shape = Shape {
        operations: 0..=2,
        ..ORDINARY
    };
    line(body, &shape);
}

fn live_few(body: &mut Body<'_>) {
    let shape = Shape {
        live: 1..=3,
        ..ORDINARY
    };
    line(body, &shape);
}

/// Without empties, because a run of them would use up all references at once.
fn live_many(body: &mut Body<'_>) {
    let shape = Shape {
        live: 20..=60,
        lifetime: 5..=40,
        empties: 0.0,
        ..ORDINARY
    };
    line(body, &shape);
}

fn lifetimes_short(body: &mut Body<'_>) {
    let shape = Shape {
        lifetime: 1..=2,
        empties: 0.0,
        ..ORDINARY
    };
    line(body, &shape);
}

/// Without empties, because they would cut lifetimes short.
fn lifetimes_long(body: &mut Body<'_>) {
    let shape = Shape {
        safepoints: 30..=120,
        lifetime: 20..=200,
        empties: 0.0,
        ..ORDINARY
    };
    line(body, &shape);
}

fn repeats_none(body: &mut Body<'_>) {
    let shape = Shape {
        lifetime: 1..=6,
        repeats: 0.0,
        ..ORDINARY
    };
    line(body, &shape);
}

/// Without empties, because the maps before and after a run of them seldom
/// agree.
fn repeats_most(body: &mut Body<'_>) {
    let shape = Shape {
        repeats: 0.85,
        empties: 0.0,
        ..ORDINARY
    };
    line(body, &shape);
}

fn diamonds(body: &mut Body<'_>) {
    for _ in 0..body.pick(&(2..=12)) {
        let (before, inside) = (body.pick(&(0..=3)), body.pick(&(1..=3)));
        body.steps(&ORDINARY, before);
        body.branch(&ORDINARY, 2, inside);
    }
}

fn loops(body: &mut Body<'_>) {
    for _ in 0..body.pick(&(1..=6)) {
        let (before, inside) = (body.pick(&(0..=5)), body.pick(&(1..=8)));
        body.steps(&ORDINARY, before);
        match body.pick(&(0..=2)) {
            0 => body.repeat(|body| body.steps(&ORDINARY, inside)),
            1 => body.repeat(|body| body.branch(&ORDINARY, 2, inside)),
            _ => body.repeat(|body| {
                body.steps(&ORDINARY, inside);
                body.repeat(|body| body.steps(&ORDINARY, 2));
            }),
        }
    }
}

fn early_exits(body: &mut Body<'_>) {
    for _ in 0..body.pick(&(3..=20)) {
        let before = body.pick(&(1..=4));
        body.steps(&ORDINARY, before);
        body.exit_early();
    }
}

fn switches(body: &mut Body<'_>) {
    for _ in 0..body.pick(&(1..=4)) {
        let (before, arms) = (body.pick(&(1..=4)), body.pick(&(3..=12)));
        body.steps(&ORDINARY, before);
        body.branch(&ORDINARY, arms, 2);
    }
}

/// Cranelift puts these slots below those of the references.
fn frames_slots(body: &mut Body<'_>) {
    for _ in 0..body.pick(&(1..=3)) {
        let words = body.pick(&(32..=512));
        body.reserve(u32::try_from(8 * words).unwrap_or(u32::MAX));
    }
    line(body, &ORDINARY);
}

fn frames_spills(body: &mut Body<'_>) {
    let numbers: Vec<_> = (0..body.pick(&(20..=80))).map(|_| body.number()).collect();
    line(body, &ORDINARY);
    for number in numbers {
        body.store(number);
    }
}

fn empties_rare(body: &mut Body<'_>) {
    empties(body, 0.02);
}

fn empties_half(body: &mut Body<'_>) {
    empties(body, 0.5);
}

fn empties_most(body: &mut Body<'_>) {
    empties(body, 0.9);
}

fn empties(body: &mut Body<'_>, share: f64) {
    let shape = Shape {
        empties: share,
        ..ORDINARY
    };
    line(body, &shape);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::function;
    use cranelift_codegen::dominator_tree::DominatorTree;
    use cranelift_codegen::flowgraph::ControlFlowGraph;
    use cranelift_codegen::ir::{Function, Opcode};
    use cranelift_codegen::loop_analysis::LoopAnalysis;

    fn build(name: &str) -> Vec<Function> {
        let family = FAMILIES.iter().find(|f| f.name == name).expect("a family");
        let isa = crate::clif::target_isa("x86_64").expect("known");
        (0..20).map(|i| function(family, i, 1, &*isa)).collect()
    }

    fn count(function: &Function, opcode: Opcode) -> usize {
        let blocks = function.layout.blocks();
        let instructions = blocks.flat_map(|b| function.layout.block_insts(b));
        instructions
            .filter(|&i| function.dfg.insts[i].opcode() == opcode)
            .count()
    }

    fn loops(function: &Function) -> usize {
        let cfg = ControlFlowGraph::with_function(function);
        let tree = DominatorTree::with_function(function, &cfg);
        let mut analysis = LoopAnalysis::new();
        analysis.compute(function, &cfg, &tree);
        analysis.loops().count()
    }

    #[test]
    fn control_flow_is_as_named() {
        for f in build("straight") {
            assert_eq!(f.layout.blocks().count(), 1);
        }
        for f in build("diamonds") {
            assert!(count(&f, Opcode::Brif) >= 2);
            assert_eq!((loops(&f), count(&f, Opcode::BrTable)), (0, 0));
            assert_eq!(count(&f, Opcode::Return), 1);
        }
        for f in build("loops") {
            assert!(loops(&f) >= 1);
        }
        for f in build("early-exits") {
            assert!(count(&f, Opcode::Return) >= 4);
            assert_eq!(loops(&f), 0);
        }
        for f in build("switches") {
            assert!(count(&f, Opcode::BrTable) >= 1);
            assert_eq!((loops(&f), count(&f, Opcode::Brif)), (0, 0));
        }
    }
}
