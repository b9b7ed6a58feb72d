//! Into generated code and, from its calls, back to the host.
#![allow(unsafe_code)]

use super::code::Code;
use super::frames::Frames;
use super::host::{Host, Safepoint};
use super::world::World;
use crate::synthetic::callees::KINDS;
use std::marker::PhantomData;
use std::ptr;

/// A run in progress, to which [`World::run`] points.
struct Run<'r> {
    host: &'r mut dyn Host,
    functions: &'r [usize],
    text_start: usize,
}

/// Runs `target`, with the host called at its safepoints.
pub(super) fn enter(
    code: &Code,
    functions: &[usize],
    target: usize,
    world: &mut World,
    host: &mut dyn Host,
) {
    let mut run = Run {
        host,
        functions,
        text_start: code.text_start(),
    };
    world.run = (&raw mut run).cast();
    // SAFETY: the entry was compiled with this signature; `code` is borrowed,
    // so it stays in memory, and `target` is an address in it.
    unsafe {
        let entry: extern "C" fn(*mut World, usize) = std::mem::transmute(code.entry());
        entry(world, target);
    }
    world.run = ptr::null_mut();
}

/// Address of the host call that every callee makes.
pub(super) fn host_call() -> *const () {
    safepoint as *const ()
}

/// What every callee calls: its own frame pointer, the number it was passed,
/// and its kind. Gives the address of a function to enter, or 0.
extern "C" fn safepoint(world: *mut World, frame_pointer: usize, sum: u64, kind: usize) -> usize {
    // SAFETY: generated code passes on the world that `enter` gave it, and
    // does not touch it before this returns. `enter` has set `run`, which
    // outlives its call.
    let (world, run) = unsafe { (&mut *world, &mut *(*world).run.cast::<Run<'_>>()) };
    let frames = Frames {
        text_start: run.text_start,
        innermost: frame_pointer,
        entry: world.entry_frame_pointer,
        stack: PhantomData,
    };
    let next = run.host.safepoint(Safepoint {
        sum,
        args: KINDS[kind].args,
        depth: world.depth,
        world,
        frames,
    });
    next.map_or(0, |i| run.functions[i % run.functions.len()])
}
