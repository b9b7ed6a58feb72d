//! What the modules of the headline consist of, as the reader gets it.

use crate::decision::Decision;
use crate::format::{NONE, bytes, count, percent, plain};
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

/// The rows of the modules that the headline rests on, the smallest first.
pub(crate) fn of_headline<'r>(results: &'r Results, decision: &Decision) -> Vec<&'r AnatomyRow> {
    let rows = results.anatomy.iter().flatten();
    let keys = &decision.selection.modules;
    let mut rows: Vec<_> = rows.filter(|r| keys.contains(&r.key())).collect();
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
        let share = r
            .cwasm_bytes
            .map(|whole| r.section_bytes as f64 / whole as f64);
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
            let size = sizes.find(|s| s.scheme == *scheme && s.key() == r.key());
            size.and_then(|s| s.ratio)
                .map_or_else(|| NONE.to_owned(), percent)
        }));
        table.push(cells);
    }
    table
}
