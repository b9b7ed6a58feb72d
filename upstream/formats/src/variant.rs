//! The formats, with and without a memo before them.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use stackmap_reports::results::{AGAIN, BASELINE};
use std::sync::atomic::Ordering::Relaxed;
use wasmtime_environ::formats;

/// A format, perhaps with a memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The format's number in `wasmtime_environ::formats`.
    format: usize,
    pub memo: bool,
}

/// What each format is called that is measured.
const MEASURED: [(usize, &str); 7] = [
    (formats::TODAY, BASELINE),
    (formats::AGAIN, AGAIN),
    (formats::CONSED, "consed"),
    (formats::DELTA, "delta"),
    (formats::DELTA_TRI, "delta-tri"),
    (formats::BLOCKS, "blocks"),
    (formats::BLOCKS_TRI, "blocks-tri"),
];

/// What the others are called, which must give the same answers too.
const OTHERS: [(usize, &str); 6] = [
    (formats::BLOCKS_DENSE, "blocks-dense"),
    (formats::DIRECT, "direct"),
    (formats::RANGES, "ranges"),
    (formats::RANGES_CONSED, "ranges-consed"),
    (formats::STEPS, "steps"),
    (formats::STEPS_CONSED, "steps-consed"),
];

impl Variant {
    /// Today's format.
    pub const TODAY: Variant = Variant {
        format: formats::TODAY,
        memo: false,
    };

    /// Those that are measured, today's first. The control needs no memo.
    pub fn measured() -> Vec<Variant> {
        let formats = MEASURED.map(|(format, _)| format);
        let variants = formats
            .iter()
            .flat_map(|&format| [false, true].map(|memo| Variant { format, memo }));
        variants
            .filter(|v| v.format != formats::AGAIN || !v.memo)
            .collect()
    }

    /// All formats, and those that are measured with a memo too.
    pub fn all() -> Vec<Variant> {
        let memo = false;
        let others = OTHERS.map(|(format, _)| Variant { format, memo });
        Variant::measured().into_iter().chain(others).collect()
    }

    pub fn scheme(self) -> &'static str {
        let mut named = MEASURED.iter().chain(&OTHERS);
        let named = named.find(|(format, _)| *format == self.format);
        named.expect("every format has a name").1
    }

    /// Entries of the memo, 0 without one.
    pub fn memo_entries(self) -> u64 {
        if self.memo {
            formats::MEMO_ENTRIES as u64
        } else {
            0
        }
    }

    /// Whether a frame at no known safepoint is an error with this format.
    pub fn is_strict(self) -> bool {
        self.select();
        formats::tells_empties()
    }

    /// Makes this process use it.
    pub fn select(self) {
        formats::FORMAT.store(self.format, Relaxed);
        formats::MEMO.store(self.memo.into(), Relaxed);
    }
}

/// Whether a scheme of that name is strict.
pub fn is_strict(scheme: &str) -> Result<bool> {
    let variant = Variant::all().into_iter().find(|v| v.scheme() == scheme);
    let variant = variant.ok_or_else(|| anyhow::anyhow!("no format is called {scheme}"))?;
    Ok(variant.is_strict())
}
