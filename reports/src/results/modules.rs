//! What is known of each module: `modules.csv`, `anatomy.csv`, `walks.csv`.

use super::checks::{Flaw, adds_up, at_most, positive};
use super::files::row;
use stackmap_corpus::{Collector, Isa, ModuleKey, Tier};

row! {
    /// A module as Wasmtime compiled it.
    ModuleRow in "modules.csv", one per module isa collector {
        /// Name, unique per ISA and collector.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector that it was compiled for.
        collector: Collector,
        /// Where it comes from.
        tier: Tier,
        /// Bytes of machine code.
        text_bytes: u64,
        /// Bytes of the whole `.cwasm`.
        cwasm_bytes: Option<u64>,
        /// Bytes of the section that Wasmtime wrote.
        section_bytes: Option<u64>,
        /// Functions in `.text`.
        functions: u64,
        /// Safepoints with live references.
        maps: u64,
        /// Safepoints without.
        empties: u64,
        /// Safepoints in the section that Wasmtime wrote.
        recorded: u64,
        /// Those of them that were found as return addresses.
        confirmed: u64,
        /// Return addresses on Cranelift's list of call sites.
        call_sites: Option<u64>,
        /// Return addresses found by disassembling.
        disassembled: Option<u64>,
        /// Return addresses that both routes found.
        agreed: Option<u64>,
        /// Functions whose call sites could not be matched.
        unmatched_functions: u64,
        /// Toolchain, version, licence.
        provenance: String,
        /// What compiled it to WebAssembly, without the version: modules of
        /// one toolchain are alike.
        toolchain: String,
    } each module;
}

row! {
    /// What a module's safepoints look like. Distributions are over those with
    /// live references.
    AnatomyRow in "anatomy.csv", one per module isa collector {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Tier of the module.
        tier: Tier,
        /// Safepoints with live references.
        maps: u64,
        /// Safepoints without.
        empties: u64,
        /// Live slots of a map: median.
        slots_p50: u64,
        /// 90th percentile.
        slots_p90: u64,
        /// Maximum.
        slots_max: u64,
        /// 32-bit words of a map's bitmap in today's section: median.
        words_p50: u64,
        /// 90th percentile.
        words_p90: u64,
        /// Maximum.
        words_max: u64,
        /// Different (frame size, bitmap) pairs.
        distinct_maps: u64,
        /// Mean length of a run of neighbours with equal maps.
        equal_run_mean: f64,
        /// Slots in which a map differs from the one before, where both have
        /// the same frame size: median.
        hamming_p50: u64,
        /// 90th percentile.
        hamming_p90: u64,
        /// Maximum.
        hamming_max: u64,
        /// Largest power of two that divides every slot, in bytes; at 8 every
        /// other bit of today's bitmaps is zero.
        slot_grain: u64,
        /// Bytes of a frame: median.
        frame_p50: u64,
        /// 90th percentile.
        frame_p90: u64,
        /// Maximum.
        frame_max: u64,
        /// Different frame sizes.
        distinct_frames: u64,
        /// Bytes from one recorded PC to the next: median.
        gap_p50: u64,
        /// 90th percentile.
        gap_p90: u64,
        /// Maximum.
        gap_max: u64,
        /// Bytes of today's section.
        section_bytes: u64,
        /// Of these: the count of the maps.
        bytes_count: u64,
        /// Of these: PCs.
        bytes_pcs: u64,
        /// Of these: offsets of the data.
        bytes_offsets: u64,
        /// Of these: frame sizes.
        bytes_frame_sizes: u64,
        /// Of these: lengths of the bitmaps.
        bytes_word_counts: u64,
        /// Of these: bitmaps.
        bytes_bitmaps: u64,
        /// Bytes of the whole `.cwasm`.
        cwasm_bytes: Option<u64>,
        /// Zero-order entropy of gaps and of maps, each on its own.
        entropy0_bytes: f64,
        /// Entropy of gap and map, given the gap and map before.
        entropy1_bytes: f64,
        /// Today's section under `xz -9e`, where that is affordable.
        xz_bytes: Option<u64>,
    } each anatomy;
}

row! {
    /// What the stacks of the collections of one execution are like.
    WalkRow in "walks.csv", one per module isa collector execution {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Checkpoints, each of which is a collection; only programs have them.
        checkpoints: u64,
        /// How often the heap of a program grew.
        growths: u64,
        /// Stacks recorded.
        stacks: u64,
        /// Frames in them.
        frames: u64,
        /// Frames of the deepest.
        deepest: u64,
        /// Share of the frames, stack after stack, that a memo of 16 entries
        /// would have answered. Go has as many.
        cache_16: f64,
        /// The same with 1,024 entries, as V8 has.
        cache_1024: f64,
        /// Share of the frames whose PC occurred before in the same stack.
        repeated: f64,
        /// Tier of the module.
        tier: Tier,
        /// The language that it was written in.
        language: String,
        /// Collections, those included whose stacks were not recorded.
        collections: u64,
        /// The execution: one of those pinned, or the program's name.
        execution: String,
        /// Frames of all collections.
        walked: u64,
        /// Frames of a collection that was recorded: median.
        median: u64,
        /// 99th percentile.
        p99: u64,
        /// Share of the frames recorded that have no live references.
        empty: f64,
    } each walk;
}

row! {
    /// How many lookups a memo answers on the stacks of one program.
    MemoRow in "memo.csv", one per module isa collector entries kept {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: Isa,
        /// Collector of the module.
        collector: Collector,
        /// Entries of the memo.
        entries: u64,
        /// Whether it is kept from one collection to the next, or cleared.
        kept: bool,
        /// Stacks that were looked up.
        stacks: u64,
        /// Frames in them.
        lookups: u64,
        /// Those that the memo had.
        hits: u64,
        /// Lines of code of the memo.
        memo_lines: u64,
    } each memo;
}

impl MemoRow {
    /// Share of the lookups that the memo answers.
    pub fn hit_rate(&self) -> f64 {
        self.hits as f64 / self.lookups as f64
    }
}

/// Ties a row to the module that it is about.
macro_rules! about_a_module {
    ($($row:ty),+) => {
        $(impl $row {
            /// The module that the row is about.
            pub fn key(&self) -> ModuleKey {
                ModuleKey {
                    module: self.module.clone(),
                    isa: self.isa,
                    collector: self.collector,
                }
            }

            /// Whether the row is about a module.
            pub fn is_about(&self, module: &ModuleKey) -> bool {
                (&self.module, self.isa, self.collector)
                    == (&module.module, module.isa, module.collector)
            }
        })+
    };
}
pub(super) use about_a_module;

about_a_module!(ModuleRow, AnatomyRow, WalkRow, MemoRow);

/// Nothing can be found more often than there is of it.
fn module(row: &ModuleRow) -> Option<Flaw> {
    let (found, all) = (row.confirmed as f64, row.recorded as f64);
    at_most("confirmed", found, all, "`recorded`")
}

/// The parts of today's section are all of it.
fn anatomy(row: &AnatomyRow) -> Option<Flaw> {
    let parts = [
        row.bytes_count,
        row.bytes_pcs,
        row.bytes_offsets,
        row.bytes_frame_sizes,
        row.bytes_word_counts,
        row.bytes_bitmaps,
    ];
    adds_up("section_bytes", row.section_bytes, &parts)
}

/// A memo is asked, and knows no more than it is asked.
fn memo(row: &MemoRow) -> Option<Flaw> {
    let (hits, lookups) = (row.hits as f64, row.lookups as f64);
    positive("lookups", lookups).or_else(|| at_most("hits", hits, lookups, "`lookups`"))
}

/// Shares are shares.
fn walk(row: &WalkRow) -> Option<Flaw> {
    at_most("cache_16", row.cache_16, 1.0, "the whole")
        .or_else(|| at_most("cache_1024", row.cache_1024, 1.0, "the whole"))
        .or_else(|| at_most("repeated", row.repeated, 1.0, "the whole"))
        .or_else(|| at_most("empty", row.empty, 1.0, "the whole"))
        .or_else(|| {
            at_most(
                "stacks",
                row.stacks as f64,
                row.collections as f64,
                "`collections`",
            )
        })
        .or_else(|| at_most("frames", row.frames as f64, row.walked as f64, "`walked`"))
}
