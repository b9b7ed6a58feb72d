//! What the modules of the headline consist of, as the reader gets it.

use crate::format::{bytes, count, known, percent, plain};
use crate::results::{AnatomyRow, Results};
use crate::table::Table;

/// Bytes of today's section by part, with the parts' names.
pub(crate) fn parts(row: &AnatomyRow) -> [(&'static str, u64); 5] {
    [
        ("frame sizes", row.bytes_frame_sizes),
        ("PCs", row.bytes_pcs),
        ("offsets", row.bytes_offsets),
        ("bitmaps", row.bytes_bitmaps),
        ("bitmap lengths", row.bytes_word_counts),
    ]
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
    for row in rows {
        let share = |whole| percent(row.section_bytes as f64 / whole as f64);
        table.push([
            row.module.clone(),
            count(row.maps),
            count(row.empties),
            bytes(row.section_bytes),
            known(row.cwasm_bytes, share),
            counts(&[row.slots_p50, row.slots_p90, row.slots_max]),
            counts(&[row.hamming_p50, row.hamming_p90, row.hamming_max]),
            percent(row.distinct_maps as f64 / row.maps.max(1) as f64),
            plain(row.equal_run_mean),
            row.slot_grain.to_string(),
            counts(&[row.frame_p50, row.frame_max]),
            counts(&[row.gap_p50, row.gap_p90]),
        ]);
    }
    table
}

/// Percentiles or extremes side by side.
fn counts(values: &[u64]) -> String {
    let values: Vec<String> = values.iter().map(|value| count(*value)).collect();
    values.join(" / ")
}

/// One line per module: the floors, and every scheme beside them, as shares of
/// today's section.
pub(crate) fn floor_table(rows: &[&AnatomyRow], results: &Results) -> Table {
    let mut table = Table::new(1, ["module", "entropy, order 0", "order 1", "`xz -9e`"]);
    let schemes = || results.schemes.iter().map(|s| s.name.as_str());
    table.head.extend(schemes().map(|s| format!("`{s}`")));
    for row in rows {
        let share = |part: f64| percent(part / row.section_bytes.max(1) as f64);
        let floors = [
            row.module.clone(),
            share(row.entropy0_bytes),
            share(row.entropy1_bytes),
            known(row.xz_bytes, |bytes| share(bytes as f64)),
        ];
        let ratio = |scheme| results.size(scheme, &row.key())?.ratio;
        let ratios = schemes().map(|scheme| known(ratio(scheme), percent));
        table.push(floors.into_iter().chain(ratios));
    }
    table
}
