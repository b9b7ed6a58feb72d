//! The allocator: it counts, so that a writer's peak can be told.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What `f` gives, and the most bytes that it had allocated at once. To be called
/// when nothing else allocates.
pub fn with_peak<T>(f: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = f();
    (result, MEMORY.peak_usage().saturating_sub(before))
}
