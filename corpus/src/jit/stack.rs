//! Into generated code and, from its calls, back to the host.
#![allow(unsafe_code)]

use super::code::Code;
use super::world::World;
use super::{Host, Safepoint};
use crate::synthetic::callees::KINDS;
use std::marker::PhantomData;
use std::ptr;

/// A run in progress.
pub(super) struct Run<'r> {
    host: &'r mut dyn Host,
    functions: &'r [usize],
    base: usize,
}

/// A frame of generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where its call returns to.
    pub pc: u32,
    fp: usize,
}

/// The frames of a run, innermost first.
pub struct Frames<'a> {
    base: usize,
    innermost: usize,
    entry: usize,
    stack: PhantomData<&'a mut u32>,
}

impl Frames<'_> {
    /// Walks the chain of frame pointers down to where the run began.
    pub fn walk(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut fp = self.innermost;
        while fp != self.entry {
            // SAFETY: all code between the host and the entry keeps frame
            // pointers: each points to the caller's, and above that lies the
            // return address.
            let [caller, returns] = unsafe { ptr::read(fp as *const [usize; 2]) };
            let pc = u32::try_from(returns.wrapping_sub(self.base)).unwrap_or(u32::MAX);
            frames.push(Frame { pc, fp: caller });
            fp = caller;
        }
        frames
    }

    /// The slot at `offset` in a frame of `size` bytes. None if that is not
    /// an aligned place in the stack of the run.
    pub fn slot(&mut self, frame: &Frame, size: u32, offset: u32) -> Option<&mut u32> {
        let bottom = frame.fp.checked_sub(size as usize)?;
        let address = bottom.checked_add(offset as usize)?;
        let run = self.innermost..self.entry - 3;
        // SAFETY: an aligned place between the innermost frame and the entry;
        // generated code is suspended, and the borrow of `self` is exclusive.
        (run.contains(&address) && address.is_multiple_of(4))
            .then(|| unsafe { &mut *(address as *mut u32) })
    }
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
        base: code.base(),
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

/// What every callee calls: its own frame pointer, the number it was passed,
/// and its kind. Gives the address of a function to enter, or 0.
pub(super) extern "C" fn safepoint(world: *mut World, fp: usize, sum: u64, kind: usize) -> usize {
    // SAFETY: generated code passes on the world that `enter` gave it, and
    // does not touch it before this returns; the run outlives `enter`'s call.
    let (world, run) = unsafe { (&mut *world, &mut *(*world).run) };
    let frames = Frames {
        base: run.base,
        innermost: fp,
        entry: world.entry_fp,
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
