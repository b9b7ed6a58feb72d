//! What is known of each scheme without a clock: `schemes.csv`, `size.csv`,
//! `costs.csv`, `touched.csv`, `safety.csv`.

use super::checks::{Flaw, adds_up, at_most, positive};
use super::faults::{Effect, Fault, Policy};
use super::files::row;
use super::modules::about_a_module;
use super::names::{BASELINE, Depth, Queries};
use stackmap_corpus::{Collector, Isa, ModuleKey, Tier};
use std::collections::BTreeMap;

row! {
    /// What a scheme is.
    SchemeRow in "schemes.csv", one per name {
        /// Name.
        name: String,
        /// Whether every PC that is no recorded safepoint answers `Missing`.
        exact: bool,
        /// Whether its writer has to be told of empty safepoints.
        records_empties: bool,
        /// Whether its reader tells an empty safepoint from no safepoint.
        tri_state: bool,
        /// Whether its result is known beforehand, so that it is no candidate.
        control: bool,
        /// Lines of code of the reader.
        reader_lines: u64,
        /// Lines of code of the writer.
        writer_lines: u64,
        /// Lines that Wasmtime's compiler needs, so that the writer is told
        /// what it asks for.
        compiler_lines: u64,
        /// Branches of the reader.
        reader_branches: u64,
        /// Branches of the writer.
        writer_branches: u64,
        /// How deep branches, loops and closures of the reader lie in one another.
        reader_nesting: u64,
        /// The same of the writer.
        writer_nesting: u64,
        /// Fields in the drawing of the format.
        fields: u64,
    }
}

row! {
    /// Bytes of one scheme on one module.
    SizeRow in "size.csv", one per scheme module isa collector {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Tier of the module.
        tier: Tier,
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
        /// Bytes of the baseline on the module.
        baseline_bytes: u64,
        /// `bytes / baseline_bytes`; empty where the baseline has no bytes.
        ratio: Option<f64>,
        /// Of `bytes`: where each payload lies.
        bytes_offsets: u64,
        /// Collector of the module.
        collector: Collector,
        /// Bytes of the whole `.cwasm`.
        cwasm_bytes: Option<u64>,
        /// Bytes with `module_start` left out; empty where there is none.
        bytes_without_start: Option<u64>,
        /// The same for the baseline.
        baseline_bytes_without_start: Option<u64>,
        /// Time to write, in nanoseconds per safepoint.
        encode_ns_per_safepoint: Option<f64>,
        /// Time to check a CRC-32, in nanoseconds per safepoint.
        check_ns_per_safepoint: Option<f64>,
        /// Most bytes that the writer had allocated at once.
        encode_peak_bytes: Option<u64>,
    } each size; all baselines;
}

impl SizeRow {
    /// Ratio of the bytes outside `module_start`; none where there are none.
    pub fn ratio_without_start(&self) -> Option<f64> {
        let bytes = self.bytes_without_start?;
        let baseline = self.baseline_bytes_without_start?;
        (bytes > 0 && baseline > 0).then(|| bytes as f64 / baseline as f64)
    }
}

row! {
    /// Means over lookups of one kind, by one scheme in one module.
    CostRow in "costs.csv", one per scheme module isa collector queries {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Tier of the module.
        tier: Tier,
        /// Collector of the module.
        collector: Collector,
        /// [`Queries::Uniform`] or [`Queries::Miss`].
        queries: Queries,
        /// Lookups that were counted.
        lookups: u64,
        /// Instructions of a lookup.
        instructions: f64,
        /// Sizes of all reads from the section, added up.
        bytes_read: f64,
        /// Different 64-byte lines of the section that it reads.
        lines: f64,
        /// Different 64-byte lines of the scratch that it uses.
        scratch_lines: f64,
    } each cost;
}

row! {
    /// What a scheme does to walk one stack, all its frames one after another.
    TouchedRow in "touched.csv", one per scheme module isa collector execution depth {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Tier of the module.
        tier: Tier,
        /// Collector of the module.
        collector: Collector,
        /// The execution that the stack is of.
        execution: String,
        /// Which of its stacks.
        depth: Depth,
        /// Frames of the stack, each of which is looked up.
        frames: u64,
        /// Instructions of all lookups.
        instructions: u64,
        /// Sizes of all reads from the section, added up.
        bytes_read: u64,
        /// Different 64-byte lines of the section that are read.
        lines: u64,
        /// Different 4-KiB pages of the section that are read.
        pages: u64,
    } each touched;
}

row! {
    /// How often a scheme answered a fault in one way.
    SafetyRow in "safety.csv", one per scheme module isa collector fault policy outcome {
        /// Scheme, or a control of fault injection.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// What was injected.
        fault: Fault,
        /// What the caller makes of a missing entry.
        policy: Policy,
        /// What became of it.
        outcome: Effect,
        /// How often.
        count: u64,
        /// Out of how many injections.
        trials: u64,
        /// Tier of the module.
        tier: Tier,
        /// Collector of the module.
        collector: Collector,
    } all trials;
}

about_a_module!(SizeRow, CostRow, TouchedRow, SafetyRow);

/// The parts of a section are all of it, and the ratio is what it says.
fn size(row: &SizeRow) -> Option<Flaw> {
    let parts = [
        row.bytes_header,
        row.bytes_index,
        row.bytes_offsets,
        row.bytes_payload,
        row.bytes_padding,
    ];
    adds_up("bytes", row.bytes, &parts)
        .or_else(|| size_ratio(row))
        .or_else(|| positive("ratio", row.ratio?))
}

/// Relative difference that comes from writing a ratio down and no more.
const ROUNDING: f64 = 1e-6;

/// Bytes over the baseline's; none where the baseline has no bytes.
fn size_ratio(row: &SizeRow) -> Option<Flaw> {
    let (bytes, baseline) = (row.bytes, row.baseline_bytes);
    let expected = (baseline > 0).then(|| bytes as f64 / baseline as f64);
    let holds = match row.ratio.zip(expected) {
        Some((ratio, expected)) => (ratio - expected).abs() <= ROUNDING * expected,
        None => row.ratio == expected,
    };
    Flaw::unless(holds, "ratio", || {
        let given = row
            .ratio
            .map_or_else(String::new, |ratio| ratio.to_string());
        format!("`{given}`: not `bytes` over `baseline_bytes`, {bytes} / {baseline}")
    })
}

/// `baseline_bytes` is what the baseline's own row says, where there is one.
fn baselines(rows: &[SizeRow]) -> Option<(usize, Flaw)> {
    let of_baseline = rows.iter().filter(|row| row.scheme == BASELINE);
    let bytes: BTreeMap<_, u64> = of_baseline.map(|row| (row.key(), row.bytes)).collect();
    rows.iter().enumerate().find_map(|(i, row)| {
        let bytes = bytes.get(&row.key())?;
        let given = row.baseline_bytes;
        let flaw = Flaw::unless(given == *bytes, "baseline_bytes", || {
            format!("`{given}`: the row of `{BASELINE}` says {bytes}")
        });
        Some((i, flaw?))
    })
}

/// A mean over no lookups is none.
fn cost(row: &CostRow) -> Option<Flaw> {
    positive("lookups", row.lookups as f64).or_else(|| positive("instructions", row.instructions))
}

/// A page has lines.
fn touched(row: &TouchedRow) -> Option<Flaw> {
    positive("frames", row.frames as f64)
        .or_else(|| at_most("pages", row.pages as f64, row.lines as f64, "`lines`"))
}

/// The counts of all outcomes of a fault are its trials.
fn trials(rows: &[SafetyRow]) -> Option<(usize, Flaw)> {
    let fault = |row: &SafetyRow| (row.scheme.clone(), row.key(), row.fault, row.policy);
    let mut counts = BTreeMap::<_, u64>::new();
    for row in rows {
        let sum = counts.entry(fault(row)).or_default();
        *sum = sum.saturating_add(row.count);
    }
    rows.iter().enumerate().find_map(|(i, row)| {
        let sum = counts.get(&fault(row))?;
        let flaw = Flaw::unless(row.trials == *sum, "trials", || {
            format!("`{}`: the counts add up to {sum}", row.trials)
        });
        Some((i, flaw?))
    })
}
