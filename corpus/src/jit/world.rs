//! The memory that generated functions share, as they address it.

use crate::synthetic::callees::{CALLEES, KINDS, MAX_ARGS, NUMBERS, REFS};
use std::mem::offset_of;
use std::ptr;

/// References, numbers, and what is passed at a call.
#[repr(C)]
pub struct World {
    /// References, as in globals and fields; 0 is none.
    pub refs: [u32; REFS.end as usize / 4],
    /// Numbers; a loop goes on while one of them is below 100.
    pub numbers: [u64; (NUMBERS.end - NUMBERS.start) as usize / 8],
    pub(super) callees: [u64; KINDS.len()],
    /// References that are passed to a callee.
    pub args: [u32; MAX_ARGS],
    /// The reference that a callee returns.
    pub result: u32,
    /// The number that a callee returns.
    pub number: u64,
    pub(super) depth: u64,
    pub(super) entry_frame_pointer: usize,
    /// The run in progress. Only the code that enters functions knows its type.
    pub(super) run: *mut (),
}

pub(super) const ARGS: i32 = offset_of!(World, args) as i32;
pub(super) const RESULT: i32 = offset_of!(World, result) as i32;
pub(super) const NUMBER: i32 = offset_of!(World, number) as i32;
pub(super) const DEPTH: i32 = offset_of!(World, depth) as i32;
pub(super) const ENTRY_FRAME_POINTER: i32 = offset_of!(World, entry_frame_pointer) as i32;

const _: () = assert!(
    offset_of!(World, numbers) == NUMBERS.start as usize
        && offset_of!(World, callees) == CALLEES as usize
);

impl Default for World {
    fn default() -> World {
        World {
            refs: [0; _],
            numbers: [0; _],
            callees: [0; _],
            args: [0; _],
            result: 0,
            number: 0,
            depth: 0,
            entry_frame_pointer: 0,
            run: ptr::null_mut(),
        }
    }
}
