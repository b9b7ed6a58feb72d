//! A results folder in memory. The folder holds tidy CSV files, columns by
//! name, extra columns ignored, an empty field meaning "unknown":
//!
//! | file | one row per | may be absent |
//! |---|---|---|
//! | `modules.csv` | module: identified by (module, isa, collector) | no |
//! | `schemes.csv` | scheme | no |
//! | `size.csv` | scheme × module | no |
//! | `latency.csv` | scheme × module × scenario (queries, cache, timed) | yes |
//! | `samples.csv` | one batch of lookups, raw | yes |
//! | `anatomy.csv` | module | yes |
//! | `costs.csv` | scheme × module × kind of queries | yes |
//! | `walks.csv` | program with recorded stacks | yes |
//! | `safety.csv` | scheme × module × fault × policy × outcome | yes |
//! | `provenance.json` | an object of strings and numbers | no |
//!
//! Ratios are to the scheme `exact` in the same run; below 1 is better.

use crate::ReportError;
pub use crate::anatomy::AnatomyRow;
pub use crate::costs::{CostRow, WalkRow};
use crate::record::{known, read_optional, read_required, record};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The scheme every ratio is to: Wasmtime's own format.
pub const BASELINE: &str = "exact";

/// Tiers from the most to the least telling; never averaged together.
pub const TIERS: [&str; 5] = ["wild", "yours", "program", "synthetic", "smith"];

record! {
    /// What is known of a module.
    ModuleRow in "modules.csv" {
        /// Name, unique per ISA and collector.
        module: String,
        /// Instruction set.
        isa: String,
        /// `copying`, `drc`, `null` or `none`.
        collector: String,
        /// One of [`TIERS`].
        tier: String,
        /// Bytes of machine code.
        text_bytes: Option<u64>,
        /// Bytes of the whole `.cwasm`.
        cwasm_bytes: Option<u64>,
        /// Bytes of the section that Wasmtime wrote.
        section_bytes: Option<u64>,
        /// Functions in `.text`.
        functions: Option<u64>,
        /// Safepoints with live references.
        maps: Option<u64>,
        /// Safepoints without.
        empties: Option<u64>,
        /// Safepoints in the section that Wasmtime wrote.
        recorded: Option<u64>,
        /// Those of them that were found as return addresses.
        confirmed: Option<u64>,
        /// Return addresses on Cranelift's call-site list.
        call_sites: Option<u64>,
        /// Return addresses found by disassembling.
        disassembled: Option<u64>,
        /// Return addresses that both routes found.
        agreed: Option<u64>,
        /// Functions whose call-site list could not be matched.
        unmatched_functions: Option<u64>,
        /// Toolchain, version, licence.
        provenance: String,
    }
}

record! {
    /// What a scheme is.
    SchemeRow in "schemes.csv" {
        /// Name.
        name: String,
        /// Whether every PC that is no recorded safepoint answers `Missing`.
        exact: bool,
        /// Whether Cranelift has to emit empty maps.
        records_empties: bool,
        /// Whether its reader tells an empty safepoint from no safepoint.
        tri_state: bool,
        /// Whether its author would put it upstream.
        recommendable: bool,
        /// Lines of code of the reader.
        reader_lines: Option<u64>,
        /// Lines of code of the writer.
        writer_lines: Option<u64>,
    }
}

record! {
    /// Bytes of one scheme on one module.
    SizeRow in "size.csv" {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: String,
        /// Tier of the module.
        tier: String,
        /// Safepoints with live references.
        maps: u64,
        /// Safepoints without.
        empties: u64,
        /// Bytes of the section.
        bytes: u64,
        /// Of these: counts and directories.
        bytes_header: u64,
        /// Of these: what the search for a PC reads.
        bytes_index: u64,
        /// Of these: frame sizes and live slots.
        bytes_payload: u64,
        /// Of these: nothing.
        bytes_padding: u64,
        /// Bytes of `exact` on the module.
        baseline_bytes: u64,
        /// `bytes / baseline_bytes`.
        ratio: f64,
        /// Of `bytes`: where each payload lies.
        bytes_offsets: u64,
        /// Collector of the module.
        collector: String,
        /// Bytes of the whole `.cwasm`.
        cwasm_bytes: Option<u64>,
        /// Bytes with `module_start` left out; empty when there is none.
        bytes_without_start: Option<u64>,
        /// The same for `exact`.
        baseline_bytes_without_start: Option<u64>,
        /// Time to write, in nanoseconds per safepoint.
        #[serde(deserialize_with = "known")]
        encode_ns_per_safepoint: Option<f64>,
        /// Time to check a CRC-32, in nanoseconds per safepoint.
        #[serde(deserialize_with = "known")]
        check_ns_per_safepoint: Option<f64>,
        /// Most bytes that the writer had allocated at once.
        encode_peak_bytes: Option<u64>,
    }
}

record! {
    /// Lookup time of one scheme on one module in one scenario.
    LatencyRow in "latency.csv" {
        /// Scheme; one that `schemes.csv` does not list is a control.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: String,
        /// Tier of the module.
        tier: String,
        /// Where the PCs come from: `walk`, `uniform`, `zipf`, …
        queries: String,
        /// `hot`, `l2` or `cold`.
        cache: String,
        /// `visit` (every slot as well) or `lookup`.
        timed: String,
        /// Nanoseconds per lookup.
        #[serde(deserialize_with = "known")]
        ns: Option<f64>,
        /// Ratio to `exact`.
        #[serde(deserialize_with = "known")]
        ratio: Option<f64>,
        /// Lower end of the ratio's 95 % interval.
        #[serde(deserialize_with = "known")]
        ratio_lo: Option<f64>,
        /// Upper end.
        #[serde(deserialize_with = "known")]
        ratio_hi: Option<f64>,
        /// `faster`, `slower`, `same` or `inconclusive`.
        verdict: String,
        /// Collector of the module.
        collector: String,
    }
}

record! {
    /// How often a scheme answered a fault in one way.
    SafetyRow in "safety.csv" {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: String,
        /// What was injected.
        fault: String,
        /// What the caller makes of `Missing`.
        policy: String,
        /// What became of it.
        outcome: String,
        /// How often.
        count: u64,
        /// Out of how many injections.
        trials: u64,
    }
}

record! {
    /// The column of a raw timing that the report counts.
    SampleRow in "samples.csv" {
        /// Process that took it.
        process: String,
    }
}

/// How many raw timings stand behind the latencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCount {
    /// Timed batches.
    pub timings: usize,
    /// Processes they were taken in.
    pub processes: usize,
}

/// One run's results.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    /// All modules, in file order.
    pub modules: Vec<ModuleRow>,
    /// All schemes, the baseline first if the file has it so.
    pub schemes: Vec<SchemeRow>,
    /// Scheme × module.
    pub sizes: Vec<SizeRow>,
    /// Scheme × module × scenario, unless nothing was timed.
    pub latencies: Option<Vec<LatencyRow>>,
    /// Raw timings behind them, if they were kept.
    pub samples: Option<SampleCount>,
    /// What the modules consist of, unless nobody looked.
    pub anatomy: Option<Vec<AnatomyRow>>,
    /// Instructions and cache lines of lookups, unless they were not counted.
    pub costs: Option<Vec<CostRow>>,
    /// Stacks recorded from our programs, if any ran.
    pub walks: Option<Vec<WalkRow>>,
    /// Fault injection, unless it was not run.
    pub safety: Option<Vec<SafetyRow>>,
    /// Versions, machine, seeds, arguments.
    pub provenance: BTreeMap<String, String>,
}

/// Reads a results folder; an error names the file and the column.
pub fn load(dir: &Path) -> Result<Results, ReportError> {
    let results = Results {
        modules: read_required(dir)?,
        schemes: read_required(dir)?,
        sizes: read_required(dir)?,
        latencies: read_optional(dir)?,
        samples: read_optional(dir)?.map(|rows| count_samples(&rows)),
        anatomy: read_optional(dir)?,
        costs: read_optional(dir)?,
        walks: read_optional(dir)?,
        safety: read_optional(dir)?,
        provenance: provenance(&dir.join("provenance.json"))?,
    };
    if !results.schemes.iter().any(|s| s.name == BASELINE) {
        let problem = format!("the baseline `{BASELINE}` is not among the schemes");
        return Err(ReportError::unusable(&dir.join("schemes.csv"), problem));
    }
    if let Some(row) = results
        .sizes
        .iter()
        .find(|s| !(s.ratio.is_finite() && s.ratio > 0.0))
    {
        let problem = format!(
            "column `ratio` of {} on {} is {}, not a positive number",
            row.scheme, row.module, row.ratio
        );
        return Err(ReportError::unusable(&dir.join("size.csv"), problem));
    }
    Ok(results)
}

fn count_samples(rows: &[SampleRow]) -> SampleCount {
    let processes: BTreeSet<_> = rows.iter().map(|r| &r.process).collect();
    SampleCount {
        timings: rows.len(),
        processes: processes.len(),
    }
}

fn provenance(path: &Path) -> Result<BTreeMap<String, String>, ReportError> {
    let text = fs::read_to_string(path).map_err(|e| ReportError::io(path, e))?;
    let object: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|e| ReportError::unusable(path, e.to_string()))?;
    let plain = |value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(object.into_iter().map(|(k, v)| (k, plain(v))).collect())
}
