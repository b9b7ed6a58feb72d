//! What Wasmtime itself makes of a format while programs run: `wasmtime.csv`,
//! what that is made of, and a stress beside it.

use super::checks::{Flaw, at_most, interval, positive};
use super::files::row;
use super::names::BASELINE;
use stackmap_corpus::{Collector, Tier};

row! {
    /// One execution under a Wasmtime built with a scheme, beside one built
    /// with today's. Ratios are to today's; an interval is at 95 % over
    /// processes that took turns. Empty is what was not measured.
    WasmtimeRow in "wasmtime.csv", one per scheme module collector memo strict,
    later writer_share memo_hits {
        /// Scheme, or the control that is today's format built once more.
        scheme: String,
        /// The module that ran.
        module: String,
        /// Its tier.
        tier: Tier,
        /// The collector that it ran under.
        collector: Collector,
        /// Entries of the memo in front of the scheme: where `memo_hits` is known, the
        /// patches' own if the scheme is theirs; the lab's otherwise. 0 without one.
        memo: u64,
        /// Whether a frame at no known safepoint is fatal.
        strict: bool,
        /// Collections of one process.
        collections: u64,
        /// Time of all collections as a ratio to today's; of this and the other ratios of
        /// times the median of the rounds.
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
        /// Page faults of the first collection after mapping.
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
        /// Nanoseconds per lookup.
        lookup_ns: Option<f64>,
        /// Time of the first collection after mapping.
        first_ratio: Option<f64>,
        /// Bytes of the section.
        section_bytes: Option<u64>,
        /// Share of writing the section in the time to compile the module.
        writer_share: Option<f64>,
        /// Share of a run's lookups that the memo answered by itself, if there is one.
        memo_hits: Option<f64>,
    } each execution;
}

row! {
    /// What one process measured: it loaded a compiled module and ran it some times.
    /// Sums are over the collections of one run, of each the shortest of all runs.
    WasmtimeSampleRow in "wasmtime-samples.csv", one per scheme module collector memo round {
        /// Format of the stack maps.
        scheme: String,
        /// The module that ran.
        module: String,
        /// Tier of the module.
        tier: Tier,
        /// Collector.
        collector: Collector,
        /// Entries of the memo in front of the scheme; 0 without one.
        memo: u64,
        /// Which round of processes it belongs to, from 0.
        round: u64,
        /// Collections of a run.
        collections: u64,
        /// Frames that a run's collections walk.
        frames: u64,
        /// Nanoseconds of all collections.
        pause_ns: f64,
        /// The median collection.
        pause_p50_ns: f64,
        /// The 99th percentile.
        pause_p99_ns: f64,
        /// The longest.
        pause_max_ns: f64,
        /// Nanoseconds of walking the stack, of all collections.
        walk_ns: f64,
        /// Nanoseconds of looking up, clock subtracted; where it was measured.
        lookup_ns: Option<f64>,
        /// Bytes of the section.
        section_bytes: u64,
        /// Bytes of the `.cwasm`.
        cwasm_bytes: u64,
        /// Nanoseconds of loading it from bytes.
        load_bytes_ns: f64,
        /// Nanoseconds of loading it from a file.
        load_file_ns: f64,
        /// Nanoseconds of compiling, on one thread and in another process, if all of
        /// it was compiled in this round. A memo has no part in that.
        compile_ns: Option<f64>,
        /// Nanoseconds of the first collection after loading from a file.
        first_ns: f64,
        /// Page faults of that.
        first_faults: u64,
        /// Bytes of memory that the process had at most.
        peak_bytes: u64,
        /// Share of writing the section in the time to compile the module.
        writer_share: Option<f64>,
        /// Lookups that a memo did not answer by itself; where they were counted.
        handed_on: Option<u64>,
    } each sample;
}

row! {
    /// A stack of so many frames over a heap of so many bytes.
    WasmtimeStressRow in "wasmtime-stress.csv", one per scheme collector memo functions frames heap_mib,
    later memo_hits {
        /// Format of the stack maps.
        scheme: String,
        /// Collector.
        collector: Collector,
        /// Entries of the memo in front of the scheme; 0 without one.
        memo: u64,
        /// Functions that call one another in a circle, so return addresses.
        functions: u64,
        /// Frames of the recursion.
        frames: u64,
        /// Mebibytes of live objects.
        heap_mib: u64,
        /// Nanoseconds of a collection: median of the rounds.
        pause_ns: f64,
        /// The same as a ratio to today's format.
        pause_ratio: f64,
        /// Lower end of its interval; unknown below two rounds.
        pause_lo: Option<f64>,
        /// Upper end.
        pause_hi: Option<f64>,
        /// Walking the stack as a share of a collection.
        walk_share: f64,
        /// Nanoseconds of walking, per frame.
        frame_ns: f64,
        /// Processes that the ratio rests on.
        processes: u64,
        /// Share of the lookups that the memo answered by itself, if there is one, in
        /// a collection after all others: least of the processes.
        memo_hits: Option<f64>,
    } each stress;
}

/// Shares are parts of a whole, and intervals have two ends.
impl WasmtimeRow {
    /// Whether it is of Wasmtime as it is today.
    pub(crate) fn is_today(&self) -> bool {
        self.scheme == BASELINE && self.memo == 0
    }
}

fn execution(row: &WasmtimeRow) -> Option<Flaw> {
    let share = |column, share: Option<f64>| at_most(column, share?, 1.0, "the whole");
    share("lookup_share", row.lookup_share)
        .or_else(|| share("walk_share", row.walk_share))
        .or_else(|| share("writer_share", row.writer_share))
        .or_else(|| share("memo_hits", row.memo_hits))
        .or_else(|| interval("pause_lo", row.pause_lo, row.pause_hi))
        .or_else(|| interval("load_bytes_lo", row.load_bytes_lo, row.load_bytes_hi))
        .or_else(|| interval("load_file_lo", row.load_file_lo, row.load_file_hi))
        .or_else(|| interval("compile_lo", row.compile_lo, row.compile_hi))
}

/// A walk is a part of its collection, and a collection one of all.
fn sample(row: &WasmtimeSampleRow) -> Option<Flaw> {
    at_most("walk_ns", row.walk_ns, row.pause_ns, "`pause_ns`")
        .or_else(|| at_most("pause_max_ns", row.pause_max_ns, row.pause_ns, "`pause_ns`"))
        .or_else(|| positive("cwasm_bytes", row.cwasm_bytes as f64))
        .or_else(|| positive("compile_ns", row.compile_ns?))
}

fn stress(row: &WasmtimeStressRow) -> Option<Flaw> {
    at_most("walk_share", row.walk_share, 1.0, "the whole")
        .or_else(|| interval("pause_lo", row.pause_lo, row.pause_hi))
        .or_else(|| positive("processes", row.processes as f64))
        .or_else(|| at_most("memo_hits", row.memo_hits?, 1.0, "the whole"))
}
