//! The frames of generated code on the native stack.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ptr;

/// A frame of generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where its call returns to.
    pub pc: u32,
    frame_pointer: usize,
}

/// The frames of a run, innermost first.
pub struct Frames<'a> {
    /// Address from which [`Frame::pc`] counts.
    pub(super) text_start: usize,
    /// Frame pointer of the callee that called the host.
    pub(super) innermost: usize,
    /// Frame pointer of the code through which the host entered.
    pub(super) entry: usize,
    /// Slots are handed out by `&mut`.
    pub(super) stack: PhantomData<&'a mut u32>,
}

impl Frames<'_> {
    /// Walks the chain of frame pointers to where the run began.
    pub fn walk(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut frame_pointer = self.innermost;
        while frame_pointer != self.entry {
            // SAFETY: all code between the host and the entry keeps frame
            // pointers: each points to the caller's, and above that lies the
            // return address.
            let [caller, return_address] = unsafe { ptr::read(frame_pointer as *const [usize; 2]) };
            let pc = u32::try_from(return_address.wrapping_sub(self.text_start));
            frames.push(Frame {
                pc: pc.unwrap_or(u32::MAX),
                frame_pointer: caller,
            });
            frame_pointer = caller;
        }
        frames
    }

    /// The slot at `offset` in a frame of `size` bytes. `None` if that is not
    /// an aligned place in the stack of the run.
    pub fn slot(&mut self, frame: &Frame, size: u32, offset: u32) -> Option<&mut u32> {
        let bottom = frame.frame_pointer.checked_sub(size as usize)?;
        let start = bottom.checked_add(offset as usize)?;
        let end = start.checked_add(size_of::<u32>())?;
        let inside = self.innermost <= start && end <= self.entry;
        // SAFETY: an aligned place between the innermost frame and the entry;
        // generated code is suspended, and the borrow of `self` is exclusive.
        (inside && start.is_multiple_of(align_of::<u32>()))
            .then(|| unsafe { &mut *(start as *mut u32) })
    }
}
