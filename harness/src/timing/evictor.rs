//! Makes the caches forget.

use crate::machine::caches::{Caches, LINE};
use std::hint::black_box;

/// Memory to read when caches have to forget.
pub struct Evictor {
    buffer: Vec<u8>,
}

impl Evictor {
    pub fn new(caches: Caches) -> Evictor {
        // Not zero: reading untouched zero pages would all hit one page.
        Evictor {
            buffer: vec![1; 2 * caches.last],
        }
    }

    /// Pushes everything out of every cache.
    pub fn to_memory(&self) {
        let lines = self.buffer.iter().step_by(LINE);
        black_box(lines.fold(0u64, |sum, &byte| sum + u64::from(byte)));
    }
}
