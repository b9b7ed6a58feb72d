//! What the modules of the headline consist of, as the reader gets it.

use crate::decision::Decision;
use crate::format::{NONE, bytes, count, percent, plain};
use crate::record::{known, record};
use crate::results::Results;
use crate::select::Key;
use crate::table::Table;

record! {
    /// The facts about a module that explain its results.
    AnatomyRow in "anatomy.csv" {
        /// Module name.
        module: String,
        /// Instruction set.
        isa: String,
        /// Collector of the module.
        collector: String,
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
        /// Slots that differ from the map before: median.
        hamming_p50: u64,
        /// 90th percentile.
        hamming_p90: u64,
        /// Maximum.
        hamming_max: u64,
        /// Different (frame size, bitmap) pairs.
        distinct_maps: u64,
        /// Mean length of a run of equal neighbours.
        equal_run_mean: f64,
        /// Largest power of two that divides every slot, in bytes.
        slot_grain: u64,
        /// Frame sizes in bytes: median.
        frame_p50: u64,
        /// Maximum.
        frame_max: u64,
        /// Bytes between recorded PCs: median.
        gap_p50: u64,
        /// 90th percentile.
        gap_p90: u64,
        /// Bytes of today's section.
        section_bytes: u64,
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
        /// Zero-order entropy of gaps and maps.
        entropy0_bytes: f64,
        /// Entropy of each given the one before.
        entropy1_bytes: f64,
        /// Today's section under `xz -9e`.
        xz_bytes: Option<u64>,
        /// Bytes of the whole `.cwasm`.
        #[serde(deserialize_with = "known")]
        cwasm_bytes: Option<f64>,
    }
}

impl AnatomyRow {
    /// Bytes of today's section by part, with the parts' names.
    pub(crate) fn parts(&self) -> [(&'static str, u64); 5] {
        [
            ("frame sizes", self.bytes_frame_sizes),
            ("PCs", self.bytes_pcs),
            ("offsets", self.bytes_offsets),
            ("bitmaps", self.bytes_bitmaps),
            ("bitmap lengths", self.bytes_word_counts),
        ]
    }
}

/// The rows of the modules that the headline rests on, the smallest first.
pub(crate) fn of_headline<'r>(results: &'r Results, decision: &Decision) -> Vec<&'r AnatomyRow> {
    let is = |row: &AnatomyRow, key: &Key| {
        (&row.module, &row.isa, &row.collector) == (&key.module, &key.isa, &key.collector)
    };
    let rows = results.anatomy.iter().flatten();
    let keys = &decision.selection.modules;
    let mut rows: Vec<_> = rows.filter(|r| keys.iter().any(|k| is(r, k))).collect();
    rows.sort_by_key(|r| r.maps);
    rows
}

/// One line per module: what its maps look like.
pub(crate) fn shape_table(rows: &[&AnatomyRow]) -> Table {
    let head = [
        "module",
        "maps",
        "empties",
        "section",
        "share of `.cwasm`",
        "slots per map",
        "slots that differ from the map before",
        "distinct maps",
        "run of equal maps",
        "slots are multiples of",
        "frame, bytes",
        "gap of PCs, bytes",
    ];
    let mut table = Table::new(1, head);
    for r in rows {
        let share = r.cwasm_bytes.map(|whole| r.section_bytes as f64 / whole);
        table.push([
            r.module.clone(),
            count(r.maps),
            count(r.empties),
            bytes(r.section_bytes),
            share.map_or_else(|| NONE.to_owned(), percent),
            spread([r.slots_p50, r.slots_p90, r.slots_max]),
            spread([r.hamming_p50, r.hamming_p90, r.hamming_max]),
            percent(r.distinct_maps as f64 / r.maps.max(1) as f64),
            plain(r.equal_run_mean),
            r.slot_grain.to_string(),
            format!("{} / {}", count(r.frame_p50), count(r.frame_max)),
            format!("{} / {}", count(r.gap_p50), count(r.gap_p90)),
        ]);
    }
    table
}

/// Median, 90th percentile and maximum.
fn spread(values: [u64; 3]) -> String {
    values.map(count).join(" / ")
}

/// One line per module: the floors, and every exact scheme beside them, as
/// shares of today's section.
pub(crate) fn floor_table(rows: &[&AnatomyRow], results: &Results) -> Table {
    let schemes: Vec<&str> = results.schemes.iter().map(|s| s.name.as_str()).collect();
    let mut table = Table::new(1, ["module", "entropy, order 0", "order 1", "`xz -9e`"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    for r in rows {
        let share = |part: f64| percent(part / r.section_bytes.max(1) as f64);
        let mut cells = vec![
            r.module.clone(),
            share(r.entropy0_bytes),
            share(r.entropy1_bytes),
        ];
        cells.push(
            r.xz_bytes
                .map_or_else(|| NONE.to_owned(), |b| share(b as f64)),
        );
        cells.extend(schemes.iter().map(|scheme| {
            let mut sizes = results.sizes.iter();
            let size = sizes.find(|s| {
                (&s.module, &s.isa, &s.collector) == (&r.module, &r.isa, &r.collector)
                    && s.scheme == *scheme
            });
            size.map_or_else(|| NONE.to_owned(), |s| percent(s.ratio))
        }));
        table.push(cells);
    }
    table
}
