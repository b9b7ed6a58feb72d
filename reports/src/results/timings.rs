//! How long lookups take: `samples.csv` as it is measured, `latency.csv` and
//! `pooled.csv` as the statistics leave it.

use super::checks::{Flaw, at_most, interval, positive};
use super::files::row;
use super::modules::about_a_module;
use super::names::{Cache, Chain, Queries, Scenario, Stratum, Timed, Verdict};
use stackmap_corpus::{Collector, Isa, ModuleKey, Tier};

row! {
    /// One turn of one scheme in one block.
    SampleRow in "samples.csv", one per run process block position scheme module isa collector queries cache timed chain {
        /// Which run this belongs to.
        run: String,
        /// Child process within the run.
        process: u32,
        /// Block within the process.
        block: u32,
        /// Order of the turn within the block.
        position: u32,
        /// Scheme, or a control of the timing.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Tier of the module.
        tier: Tier,
        /// Where the PCs come from.
        queries: Queries,
        /// Where the section's bytes are.
        cache: Cache,
        /// What the clock covers.
        timed: Timed,
        /// Lookups in the batch.
        lookups: u64,
        /// Nanoseconds for all lookups of the batch together.
        ns: u64,
        /// Whether a lookup can start before the one before it is done.
        chain: Chain,
        /// Copies of the section that the lookups cycle through.
        copies: u64,
        /// Page faults during the batch; known only where the section is
        /// mapped anew.
        faults: Option<u64>,
    } each sample;
}

row! {
    /// One run: a parent process that measured with a seed of its own.
    RunRow in "runs.csv", one per run {
        /// Its name in `samples.csv`.
        run: String,
        /// Seed that everything random in it came from.
        seed: u64,
        /// Model name of the CPU.
        machine: String,
        /// When it began (RFC 3339).
        began: String,
        /// When it ended.
        ended: String,
    }
}

row! {
    /// Lookup time of one scheme on one module in one scenario.
    LatencyRow in "latency.csv", one per scheme module isa collector queries cache timed {
        /// Scheme, or a control of the timing.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Tier of the module.
        tier: Tier,
        /// Where the PCs come from.
        queries: Queries,
        /// Where the section's bytes are.
        cache: Cache,
        /// What the clock covers.
        timed: Timed,
        /// Nanoseconds per lookup, median over processes.
        ns: f64,
        /// Time over that of the baseline; below 1 is faster.
        ratio: f64,
        /// Lower end of the 95 % interval; empty when one run is all there
        /// is.
        ratio_lo: Option<f64>,
        /// Upper end of the 95 % interval.
        ratio_hi: Option<f64>,
        /// By the unadjusted interval: read one row, not the best of many.
        verdict: Verdict,
        /// Collector of the module.
        collector: Collector,
        /// Upper end of the equivalence band; empty without an A/A control.
        band: Option<f64>,
        /// Processes behind the row.
        processes: usize,
        /// Blocks behind the row, over all processes.
        blocks: usize,
        /// Runs behind the row.
        runs: usize,
        /// Machines that they were made on.
        machines: usize,
    } each latency;
}

row! {
    /// Lookup time of one scheme over all modules of a tier in one scenario.
    PooledRow in "pooled.csv", one per scheme tier isas collector queries cache timed stratum {
        /// Scheme, or a control of the timing.
        scheme: String,
        /// Tier of the modules.
        tier: Tier,
        /// Instruction sets pooled, joined by `+`; a module counts once.
        isas: String,
        /// Collector of the modules.
        collector: Collector,
        /// Where the PCs come from.
        queries: Queries,
        /// Where the section's bytes are.
        cache: Cache,
        /// What the clock covers.
        timed: Timed,
        /// Modules behind the row, each with the same weight.
        n_modules: usize,
        /// Geometric mean over modules of the time over the baseline's.
        ratio: f64,
        /// Lower end of the 95 % interval for modules like these; for these
        /// modules alone when there is only one or the scheme is a control.
        ratio_lo: Option<f64>,
        /// Upper end of that interval.
        ratio_hi: Option<f64>,
        /// Differences after Holm's correction over the family.
        verdict: Verdict,
        /// Error probability of a difference after the correction.
        p_holm: f64,
        /// Lower end of the 95 % interval for these modules and no others.
        here_lo: Option<f64>,
        /// Upper end of that interval.
        here_hi: Option<f64>,
        /// Upper end of the equivalence band; empty without an A/A control.
        band: Option<f64>,
        /// Processes behind the module that has the fewest.
        processes: usize,
        /// Modules, counted once per instruction set, on which `latency.csv`
        /// says faster.
        cells_faster: usize,
        /// The same for slower.
        cells_slower: usize,
        /// The same for same.
        cells_same: usize,
        /// Which modules are pooled, by the number of their maps.
        stratum: Stratum,
        /// Runs behind the module that has the fewest.
        runs: usize,
        /// Machines that they were made on.
        machines: usize,
        /// Toolchains that the modules come from.
        toolchains: usize,
    } each pooled;
}

row! {
    /// What all other runs said beforehand of the ratio that one run found.
    LeftOutRow in "left-out.csv", one per scheme tier isas collector queries cache timed stratum run {
        /// Scheme, or a control of the timing.
        scheme: String,
        /// Tier of the modules.
        tier: Tier,
        /// Instruction sets pooled, joined by `+`.
        isas: String,
        /// Collector of the modules.
        collector: Collector,
        /// Where the PCs come from.
        queries: Queries,
        /// Where the section's bytes are.
        cache: Cache,
        /// What the clock covers.
        timed: Timed,
        /// Which modules are pooled, by the number of their maps.
        stratum: Stratum,
        /// The run that was left out.
        run: String,
        /// Lower end of the 95 % interval of the others for one new run.
        lo: f64,
        /// Upper end of that interval.
        hi: f64,
        /// What the run that was left out found.
        ratio: f64,
        /// Whether the interval contains it.
        inside: bool,
    } each left_out;
}

row! {
    /// Page faults of lookups in a section that was just mapped.
    PageFaultRow in "page-faults.csv", one per scheme module isa collector queries cache timed {
        /// Scheme, or a control of the timing.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Tier of the module.
        tier: Tier,
        /// Where the PCs come from.
        queries: Queries,
        /// Where the section's bytes are.
        cache: Cache,
        /// What the clock covers.
        timed: Timed,
        /// Lookups in all batches.
        lookups: u64,
        /// Page faults of one of them: mean.
        faults: f64,
    } each page_faults;
}

about_a_module!(SampleRow, LatencyRow, PageFaultRow);

/// Adds the scenario that a row was timed in.
macro_rules! timed {
    ($($row:ty),+) => {
        $(impl $row {
            /// The scenario that it was timed in.
            pub fn scenario(&self) -> Scenario {
                Scenario {
                    queries: self.queries,
                    cache: self.cache,
                    timed: self.timed,
                }
            }
        })+
    };
}

timed!(SampleRow, LatencyRow, PooledRow, LeftOutRow, PageFaultRow);

/// Work takes time.
fn sample(row: &SampleRow) -> Option<Flaw> {
    positive("lookups", row.lookups as f64).or_else(|| positive("ns", row.ns as f64))
}

/// So does a lookup; and an interval has its ends in order.
fn latency(row: &LatencyRow) -> Option<Flaw> {
    positive("ns", row.ns)
        .or_else(|| positive("ratio", row.ratio))
        .or_else(|| interval("ratio_lo", row.ratio_lo, row.ratio_hi))
}

/// The same over modules; and a probability is one.
fn pooled(row: &PooledRow) -> Option<Flaw> {
    positive("ratio", row.ratio)
        .or_else(|| interval("ratio_lo", row.ratio_lo, row.ratio_hi))
        .or_else(|| interval("here_lo", row.here_lo, row.here_hi))
        .or_else(|| at_most("p_holm", row.p_holm, 1.0, "certainty"))
}

/// A run that was left out lies inside or outside.
fn left_out(row: &LeftOutRow) -> Option<Flaw> {
    positive("ratio", row.ratio)
        .or_else(|| interval("lo", Some(row.lo), Some(row.hi)))
        .or_else(|| {
            let expected = row.lo <= row.ratio && row.ratio <= row.hi;
            Flaw::unless(row.inside == expected, "inside", || {
                format!("`{}`: not what `lo`, `hi` and `ratio` say", row.inside)
            })
        })
}

/// A mean over no lookups is none.
fn page_faults(row: &PageFaultRow) -> Option<Flaw> {
    positive("lookups", row.lookups as f64)
}
