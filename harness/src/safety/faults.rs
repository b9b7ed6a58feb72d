//! Which PCs to ask for instead of the true ones, and which safepoints to
//! keep from the writer.

use super::truth::Truth;
use rand::RngExt;
use rand::seq::IteratorRandom;
use rand_chacha::ChaCha8Rng;
use stackmap_corpus::Module;
use stackmap_encoders::Table;
use std::collections::BTreeSet;
use std::fmt;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing, at a safepoint with live references.
    NoneMap,
    /// Nothing, at one without.
    NoneEmpty,
    /// The PC is off by so many bytes.
    Off(i32),
    /// The address of the call rather than the return address.
    Call,
    /// An address within the call instruction.
    MidInstruction,
    FunctionStart,
    FunctionEnd,
    /// An address in the next function that has no maps.
    MaplessFunction,
    /// An address between two functions.
    Padding,
    /// The text is taken to start a page earlier.
    TextBase,
    /// Another safepoint of the function: no pure lookup can tell.
    OtherSafepoint,
    /// The writer was not told of a safepoint without references.
    EmptyLeftOut,
    /// The writer was not told of a map.
    MapLeftOut,
    /// The writer was not told of a function.
    FunctionLeftOut,
    /// One bit of the section is wrong.
    BitFlip,
    /// The section is cut short.
    Truncation,
}

impl Fault {
    pub fn is_none(self) -> bool {
        matches!(self, Fault::NoneMap | Fault::NoneEmpty)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NoneMap => "none: at a map",
            Fault::NoneEmpty => "none: at an empty safepoint",
            Fault::Off(by) => return write!(f, "PC: {by:+} bytes"),
            Fault::Call => "PC: of the call",
            Fault::MidInstruction => "PC: within the call",
            Fault::FunctionStart => "PC: function start",
            Fault::FunctionEnd => "PC: function end",
            Fault::MaplessFunction => "PC: next map-less function",
            Fault::Padding => "PC: padding",
            Fault::TextBase => "PC: text base off a page",
            Fault::OtherSafepoint => "control: other safepoint of the function",
            Fault::EmptyLeftOut => "writer: an empty map left out",
            Fault::MapLeftOut => "writer: a map left out",
            Fault::FunctionLeftOut => "writer: a function left out",
            Fault::BitFlip => "section: bit flip",
            Fault::Truncation => "section: truncation",
        })
    }
}

/// A frame that stands at one safepoint, and the PC that is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    pub stands: u32,
    pub asked: u32,
}

/// All probes of a module.
pub struct Plan {
    /// Looked up in the section as it should be.
    pub probes: Vec<(Fault, Vec<Probe>)>,
    /// Looked up in the section of a table that lacks something.
    pub tables: Vec<(Fault, Table, Vec<Probe>)>,
    /// True PCs with live references.
    pub healthy: Vec<Probe>,
}

/// Safepoints of a module that faults are tried at: all, up to this many.
const SAFEPOINTS: usize = 3000;
/// Functions between two from which something is left out, so that the one
/// does not hide the other.
const APART: usize = 3;
/// Bytes of a direct call on x86-64, and of every call elsewhere.
const CALL_X86: u32 = 5;
const CALL: u32 = 4;
const PAGE: u32 = 4096;

/// Draws the probes; the same for every scheme.
pub fn plan(module: &Module, truth: &Truth, rng: &mut ChaCha8Rng) -> Plan {
    let mut pcs = truth.pcs.iter().copied().sample(rng, SAFEPOINTS);
    pcs.sort_unstable();
    let call = match module.isa.as_str() {
        "x86_64" => CALL_X86,
        _ => CALL,
    };
    let true_pc = |pc: u32| Some(pc);
    let is_map = |pc: &u32| !truth.at(*pc).slots.is_empty();
    let (maps, empties): (Vec<u32>, Vec<u32>) = pcs.iter().partition(|pc| is_map(pc));
    let healthy = shifted(&maps, true_pc);
    let mut other = |pc: u32| {
        let within = truth.safepoints(truth.function(pc)?);
        let others = within.map(|i| truth.pcs[i]).filter(|&p| p != pc);
        others.choose(rng)
    };
    let probes = vec![
        (Fault::NoneMap, healthy.clone()),
        (Fault::NoneEmpty, shifted(&empties, true_pc)),
        (Fault::OtherSafepoint, shifted(&pcs, &mut other)),
        (Fault::Off(-4), shifted(&pcs, |pc| pc.checked_sub(4))),
        (Fault::Off(-1), shifted(&pcs, |pc| pc.checked_sub(1))),
        (Fault::Off(1), shifted(&pcs, |pc| pc.checked_add(1))),
        (Fault::Off(4), shifted(&pcs, |pc| pc.checked_add(4))),
        (Fault::Call, shifted(&pcs, |pc| pc.checked_sub(call))),
        (Fault::MidInstruction, shifted(&pcs, |pc| pc.checked_sub(2))),
        (
            Fault::FunctionStart,
            shifted(&pcs, |pc| Some(truth.function(pc)?.range.start)),
        ),
        (
            Fault::FunctionEnd,
            shifted(&pcs, |pc| Some(truth.function(pc)?.range.end)),
        ),
        (
            Fault::MaplessFunction,
            shifted(&pcs, |pc| mapless(truth, pc)),
        ),
        (Fault::Padding, shifted(&pcs, |pc| padding(truth, pc))),
        (Fault::TextBase, shifted(&pcs, |pc| pc.checked_add(PAGE))),
    ];
    Plan {
        probes: probes.into_iter().filter(|(_, p)| !p.is_empty()).collect(),
        tables: tables(truth, rng),
        healthy,
    }
}

/// A probe for each PC that the fault makes something of.
fn shifted(pcs: &[u32], mut fault: impl FnMut(u32) -> Option<u32>) -> Vec<Probe> {
    let probe = |&stands: &u32| fault(stands).map(|asked| Probe { stands, asked });
    pcs.iter().filter_map(probe).collect()
}

/// The middle of the next function without maps, if it is near.
fn mapless(truth: &Truth, pc: u32) -> Option<u32> {
    const NEAR: usize = 20;
    let after = truth.functions.partition_point(|f| f.range.start < pc);
    let has_map =
        |f: &stackmap_corpus::Function| truth.safepoints(f).any(|i| !truth.table.get(i).is_empty());
    let next = truth.functions[after..]
        .iter()
        .take(NEAR)
        .find(|f| !has_map(f))?;
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

/// Tables that lack something in every few functions.
fn tables(truth: &Truth, rng: &mut ChaCha8Rng) -> Vec<(Fault, Table, Vec<Probe>)> {
    let with_safepoints = truth
        .functions
        .iter()
        .filter(|f| !truth.safepoints(f).is_empty());
    let functions: Vec<_> = with_safepoints.step_by(APART).take(SAFEPOINTS).collect();
    let mut one = |empty: bool| -> Vec<u32> {
        let pick = |f: &&stackmap_corpus::Function| {
            let fit = truth
                .safepoints(f)
                .filter(|&i| truth.table.get(i).is_empty() == empty);
            fit.choose(rng).map(|i| truth.pcs[i])
        };
        functions.iter().filter_map(pick).collect()
    };
    let faults = [
        (Fault::EmptyLeftOut, one(true)),
        (Fault::MapLeftOut, one(false)),
        (Fault::FunctionLeftOut, {
            let all = functions.iter().step_by(10);
            all.flat_map(|f| truth.safepoints(f).map(|i| truth.pcs[i]))
                .collect()
        }),
    ];
    let tables = faults
        .into_iter()
        .filter(|(_, left_out)| !left_out.is_empty());
    let tables = tables.map(|(fault, left_out)| {
        let gone: BTreeSet<u32> = left_out.iter().copied().collect();
        let table = truth.table.filtered(|pc| !gone.contains(&pc));
        let mut probes = shifted(&left_out, Some);
        while probes.len() > SAFEPOINTS {
            let at = rng.random_range(0..probes.len());
            probes.swap_remove(at);
        }
        (fault, table, probes)
    });
    tables.collect()
}
