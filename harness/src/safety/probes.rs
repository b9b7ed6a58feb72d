//! Which PCs to ask for instead of the true ones, and which safepoints to
//! keep from the writer.

use super::truth::Truth;
use rand::RngExt;
use rand::seq::IteratorRandom;
use rand_chacha::ChaCha8Rng;
use stackmap_corpus::{Function, Isa, Module};
use stackmap_encoders::Table;
use stackmap_reports::results::Fault;
use std::collections::BTreeSet;

/// Safepoints of a module that faults are tried at: all, up to this many.
const SAFEPOINTS: usize = 3000;
/// Functions from one that something is left out of to the next, so that the
/// one does not hide the other.
const APART: usize = 3;
/// Of those functions, one in so many is left out as a whole.
const WHOLE_ONE_IN: usize = 10;
/// Functions that are searched for one without maps.
const NEAR: usize = 20;
/// Bytes of a direct call on x86-64, and of every call elsewhere.
const CALL_X86: u32 = 5;
const CALL: u32 = 4;
/// Bytes back from a return address to somewhere within the call.
const PART_OF_CALL: u32 = 2;
const PAGE: u32 = 4096;

/// The faults that lead to another PC, the same for every draw.
const WRONG_PCS: [Fault; 11] = [
    Fault::FourBefore,
    Fault::OneBefore,
    Fault::OneAfter,
    Fault::FourAfter,
    Fault::Call,
    Fault::MidInstruction,
    Fault::FunctionStart,
    Fault::FunctionEnd,
    Fault::MaplessFunction,
    Fault::Padding,
    Fault::TextBase,
];

/// A frame that stands at one safepoint, and the PC that is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    pub stands: u32,
    pub asked: u32,
}

/// All probes of a module.
pub struct Probes {
    /// Looked up in the section as it should be.
    pub sound: Vec<(Fault, Vec<Probe>)>,
    /// Looked up in the section of a table that lacks something.
    pub lacking: Vec<(Fault, Table, Vec<Probe>)>,
    /// True PCs with live references.
    pub healthy: Vec<Probe>,
}

/// Draws the probes; the same for every scheme.
pub fn draw(module: &Module, truth: &Truth, rng: &mut ChaCha8Rng) -> Probes {
    let mut pcs = truth.pcs.iter().copied().sample(rng, SAFEPOINTS);
    pcs.sort_unstable();
    let is_map = |pc: &u32| !truth.at(*pc).slots.is_empty();
    let (maps, empties): (Vec<u32>, Vec<u32>) = pcs.iter().partition(|pc| is_map(pc));
    let healthy = probes(&maps, Some);
    let mut sound = vec![
        (Fault::NoneMap, healthy.clone()),
        (Fault::NoneEmpty, probes(&empties, Some)),
        (
            Fault::OtherSafepoint,
            probes(&pcs, |pc| other_safepoint(truth, pc, rng)),
        ),
    ];
    let call = match module.isa {
        Isa::X86_64 => CALL_X86,
        _ => CALL,
    };
    sound.extend(WRONG_PCS.map(|fault| {
        let wrong = probes(&pcs, |pc| wrong_pc(fault, pc, truth, call));
        (fault, wrong)
    }));
    sound.retain(|(_, probes)| !probes.is_empty());
    Probes {
        sound,
        lacking: lacking(truth, rng),
        healthy,
    }
}

/// A probe for each safepoint that something is asked at instead.
fn probes(pcs: &[u32], mut instead: impl FnMut(u32) -> Option<u32>) -> Vec<Probe> {
    let probe = |&stands: &u32| instead(stands).map(|asked| Probe { stands, asked });
    pcs.iter().filter_map(probe).collect()
}

fn other_safepoint(truth: &Truth, pc: u32, rng: &mut ChaCha8Rng) -> Option<u32> {
    let within = truth.safepoints(truth.function(pc)?);
    let others = within.map(|i| truth.pcs[i]).filter(|&p| p != pc);
    others.choose(rng)
}

/// What is asked for instead of the PC, if the fault makes anything of it.
fn wrong_pc(fault: Fault, pc: u32, truth: &Truth, call: u32) -> Option<u32> {
    match fault {
        Fault::FourBefore => pc.checked_sub(4),
        Fault::OneBefore => pc.checked_sub(1),
        Fault::OneAfter => pc.checked_add(1),
        Fault::FourAfter => pc.checked_add(4),
        Fault::Call => pc.checked_sub(call),
        Fault::MidInstruction => pc.checked_sub(PART_OF_CALL),
        Fault::FunctionStart => Some(truth.function(pc)?.range.start),
        Fault::FunctionEnd => Some(truth.function(pc)?.range.end),
        Fault::MaplessFunction => within_mapless(truth, pc),
        Fault::Padding => padding(truth, pc),
        Fault::TextBase => pc.checked_add(PAGE),
        _ => None,
    }
}

/// A PC in the next function without maps, if it is near.
fn within_mapless(truth: &Truth, pc: u32) -> Option<u32> {
    let after = truth.functions.partition_point(|f| f.range.start < pc);
    let has_map = |f: &Function| truth.safepoints(f).any(|i| !truth.table.get(i).is_empty());
    let mut near = truth.functions[after..].iter().take(NEAR);
    let next = near.find(|f| !has_map(f))?;
    // Where the function calls anything, as that is where a frame may stand.
    let stops = truth.safepoints(next).map(|i| truth.pcs[i]).next();
    Some(stops.unwrap_or(next.range.start + (next.range.end - next.range.start) / 2))
}

/// The middle of the gap after the function, if there is one.
fn padding(truth: &Truth, pc: u32) -> Option<u32> {
    let end = truth.function(pc)?.range.end;
    let after = truth.functions.partition_point(|f| f.range.start < end);
    let next = truth.functions.get(after)?.range.start;
    (next > end + 1).then(|| end + (next - end) / 2)
}

/// Tables that lack something in every few functions, and probes for it.
fn lacking(truth: &Truth, rng: &mut ChaCha8Rng) -> Vec<(Fault, Table, Vec<Probe>)> {
    let functions = truth.functions.iter();
    let with_safepoints = functions.filter(|f| !truth.safepoints(f).is_empty());
    let functions: Vec<_> = with_safepoints.step_by(APART).take(SAFEPOINTS).collect();
    let mut one_of_each = |empty: bool| -> Vec<u32> {
        let pick = |f: &&Function| {
            let within = truth.safepoints(f);
            let fit = within.filter(|&i| truth.table.get(i).is_empty() == empty);
            fit.choose(rng).map(|i| truth.pcs[i])
        };
        functions.iter().filter_map(pick).collect()
    };
    let empties = one_of_each(true);
    let maps = one_of_each(false);
    let whole = functions.iter().step_by(WHOLE_ONE_IN);
    let whole = whole.flat_map(|f| truth.safepoints(f).map(|i| truth.pcs[i]));
    let mut lacking = Vec::new();
    for (fault, left_out) in [
        (Fault::EmptyLeftOut, empties),
        (Fault::MapLeftOut, maps),
        (Fault::FunctionLeftOut, whole.collect()),
    ] {
        if left_out.is_empty() {
            continue;
        }
        let gone: BTreeSet<u32> = left_out.iter().copied().collect();
        let mut probes = probes(&left_out, Some);
        while probes.len() > SAFEPOINTS {
            let at = rng.random_range(0..probes.len());
            probes.swap_remove(at);
        }
        let table = truth.table.filtered(|pc| !gone.contains(&pc));
        lacking.push((fault, table, probes));
    }
    lacking
}
