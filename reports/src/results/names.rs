//! What schemes, scenarios and verdicts are called in the result files.

use serde::{Deserialize, Serialize};
use stackmap_corpus::named_enum;
use std::fmt;

/// The scheme that all ratios are to: Wasmtime's own format.
pub const BASELINE: &str = "exact";

/// The A/A control: the baseline's code under another name.
pub const AGAIN: &str = "exact-again";

/// The control that is known to be 5 % slower than the baseline.
pub const SLOW: &str = "slow-5pct";

/// The control that looks nothing up and shows the cost of the loop alone.
pub const EMPTY_LOOKUP: &str = "empty-lookup";

/// What [`EMPTY_LOOKUP`] is called in results that were published before it
/// had that name.
const EMPTY_LOOKUP_BEFORE: &str = "loop";

/// Range merging, as wasmtime#10431 proposes it. The pages hold it against the
/// baseline.
pub const RANGES: &str = "ranges";

/// The control of fault injection that merges ranges and is told of no empty
/// safepoint.
pub const RANGES_NAIVE: &str = "ranges-naive";

/// The control of fault injection that answers a PC without an entry with the
/// map before it in its function, as in GHSA-4873-36h9-wv49.
pub const BUG_MAP_BEFORE: &str = "bug-map-before";

/// The control of fault injection that answers a PC in a function without maps
/// with the last map of a function before it, as in wasmtime#2386.
pub const BUG_FUNCTION_BEFORE: &str = "bug-function-before";

/// The control of fault injection that ends its section in a CRC-32 and checks
/// it on opening.
pub const BLOCKS_CRC32: &str = "blocks+crc32";

/// Whether a name in the timings is no scheme that one could choose. No
/// family of verdicts counts it.
pub fn is_timing_control(scheme: &str) -> bool {
    [BASELINE, AGAIN, SLOW, EMPTY_LOOKUP, EMPTY_LOOKUP_BEFORE].contains(&scheme)
}

named_enum! {
    /// Where the PCs come from that are looked up.
    pub enum Queries ("kind of queries") {
        /// Native stacks recorded while the program ran.
        Walk = "walk",
        /// Safepoints with live references, all equally likely.
        Uniform = "uniform",
        /// Safepoints with live references, the `k`th favourite with weight `1/k`.
        Zipf = "zipf",
        /// As uniform, but each batch in ascending order of PC.
        Sorted = "sorted",
        /// All safepoints, those without live references included.
        Mix = "mix",
        /// PCs inside the code that are no safepoints.
        Miss = "miss",
    }
}

named_enum! {
    /// Which of the stacks of an execution.
    pub enum Depth ("depth of a stack") {
        /// One of median depth.
        Median = "median",
        /// The deepest.
        Deepest = "deepest",
    }
}

named_enum! {
    /// Where the section's bytes are before the clock starts.
    pub enum Cache ("state of the caches") {
        /// The same batch was answered just before, in another order.
        Hot = "hot",
        /// Every lookup reads a copy of its own; lines lie in memory.
        Cold = "cold",
        /// The section is mapped anew from a file; its pages are not present.
        Mapped = "mapped",
    }
}

named_enum! {
    /// What the clock covers.
    pub enum Timed ("span of the clock") {
        /// Open, look up, touch every slot: what Wasmtime does per frame.
        Visit = "visit",
        /// Look up in a section that is already open; touch the frame size alone.
        Lookup = "lookup",
    }
}

named_enum! {
    /// Whether a lookup can start before the one before it is done.
    pub enum Chain ("chain of lookups") {
        /// It can: throughput.
        Independent = "independent",
        /// It cannot: latency.
        Dependent = "dependent",
    }
}

named_enum! {
    /// Modules of about one size, by their maps.
    pub enum Stratum ("stratum") {
        /// All of them.
        All = "all",
        /// Fewer than [`SMALL_BELOW`] maps.
        Small = "small",
        /// No more than [`MEDIUM_UP_TO`] maps.
        Medium = "medium",
        /// More.
        Large = "large",
    }
}

/// Modules with fewer maps are small.
pub const SMALL_BELOW: u64 = 1_000;

/// Modules that are not small and have at most as many maps are of medium
/// size.
pub const MEDIUM_UP_TO: u64 = 20_000;

impl Stratum {
    /// The one that a module belongs to besides `All`.
    pub fn of_maps(maps: u64) -> Stratum {
        match maps {
            ..SMALL_BELOW => Stratum::Small,
            SMALL_BELOW..=MEDIUM_UP_TO => Stratum::Medium,
            _ => Stratum::Large,
        }
    }
}

/// A way to time lookups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scenario {
    /// Where the PCs come from.
    pub queries: Queries,
    /// Where the section's bytes are.
    pub cache: Cache,
    /// What the clock covers.
    pub timed: Timed,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scenario {
            queries,
            cache,
            timed,
        } = self;
        write!(f, "{cache} cache, {queries} queries, {timed}")
    }
}

named_enum! {
    /// The strongest statement about a ratio that the data allow.
    pub enum Verdict ("verdict") {
        /// The interval lies wholly below the equivalence band.
        Faster = "faster",
        /// The interval lies wholly above the equivalence band.
        Slower = "slower",
        /// The interval lies wholly within the equivalence band.
        Same = "same",
        /// None of these.
        Inconclusive = "inconclusive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_small_medium_or_large() {
        let strata = [0, 999, 1_000, 20_000, 20_001].map(Stratum::of_maps);
        use Stratum::{Large, Medium, Small};
        assert_eq!(strata, [Small, Small, Medium, Medium, Large]);
    }

    #[test]
    fn the_empty_lookup_is_a_control_under_both_of_its_names() {
        assert!(is_timing_control(EMPTY_LOOKUP) && is_timing_control("loop"));
        assert!(!is_timing_control("blocks"));
    }
}
