//! The allocator: it counts, so that a writer's peak can be told.

use peak_alloc::PeakAlloc;

#[global_allocator]
pub static MEMORY: PeakAlloc = PeakAlloc;
