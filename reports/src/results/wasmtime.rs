//! What Wasmtime itself makes of a format while programs run: `wasmtime.csv`.

use super::checks::{Flaw, at_most, interval};
use super::files::row;
use stackmap_corpus::{Collector, Tier};

row! {
    /// One execution under a Wasmtime built with a scheme, beside one built
    /// with today's. Ratios are to today's; an interval is at 95 % over
    /// processes that took turns. Empty is what was not measured.
    WasmtimeRow in "wasmtime.csv", one per scheme module collector memo strict {
        /// Scheme, or the control that is today's format built once more.
        scheme: String,
        /// The module that ran.
        module: String,
        /// Its tier.
        tier: Tier,
        /// The collector that it ran under.
        collector: Collector,
        /// Entries of the memo in front of the scheme; 0 without one.
        memo: u64,
        /// Whether a frame at no known safepoint is fatal.
        strict: bool,
        /// Collections of one process.
        collections: u64,
        /// Median pause of a collection.
        pause_ratio: Option<f64>,
        /// Lower end of its interval.
        pause_lo: Option<f64>,
        /// Upper end of its interval.
        pause_hi: Option<f64>,
        /// Share of lookups in the time of all collections.
        lookup_share: Option<f64>,
        /// Share of walking the stack, lookups included.
        walk_share: Option<f64>,
        /// Bytes of the `.cwasm`.
        cwasm_ratio: Option<f64>,
        /// Time to load the `.cwasm` from bytes.
        load_bytes_ratio: Option<f64>,
        /// Time to map it from a file.
        load_file_ratio: Option<f64>,
        /// Time to compile the module.
        compile_ratio: Option<f64>,
        /// Page faults in the section at the first collection after mapping.
        first_faults: Option<f64>,
        /// Lower end of the interval of `load_bytes_ratio`.
        load_bytes_lo: Option<f64>,
        /// Its upper end.
        load_bytes_hi: Option<f64>,
        /// Lower end of the interval of `load_file_ratio`.
        load_file_lo: Option<f64>,
        /// Its upper end.
        load_file_hi: Option<f64>,
        /// Lower end of the interval of `compile_ratio`.
        compile_lo: Option<f64>,
        /// Its upper end.
        compile_hi: Option<f64>,
        /// Median pause in nanoseconds.
        pause_ns: Option<f64>,
        /// 99th percentile of the pauses in nanoseconds.
        pause_p99_ns: Option<f64>,
        /// Largest pause in nanoseconds.
        pause_max_ns: Option<f64>,
        /// Nanoseconds per frame walked.
        frame_ns: Option<f64>,
        /// Frames of all collections of one process.
        frames: u64,
        /// Most resident bytes of the process.
        peak_bytes: Option<f64>,
        /// Processes that each ratio rests on.
        processes: u64,
    } each execution;
}

/// Shares are parts of a whole, and intervals have two ends.
fn execution(row: &WasmtimeRow) -> Option<Flaw> {
    let share = |column, share: Option<f64>| at_most(column, share?, 1.0, "the whole");
    share("lookup_share", row.lookup_share)
        .or_else(|| share("walk_share", row.walk_share))
        .or_else(|| interval("pause_lo", row.pause_lo, row.pause_hi))
        .or_else(|| interval("load_bytes_lo", row.load_bytes_lo, row.load_bytes_hi))
        .or_else(|| interval("load_file_lo", row.load_file_lo, row.load_file_hi))
        .or_else(|| interval("compile_lo", row.compile_lo, row.compile_hi))
}
