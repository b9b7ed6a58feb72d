//! What a lookup does, counted: the same on every run of the same binary.

use crate::decision::Decision;
use crate::figures::geometric_mean;
use crate::format::{NONE, count, percent, plain, times};
use crate::record::record;
use crate::results::{BASELINE, Results};
use crate::select::Key;
use crate::table::Table;

record! {
    /// Means over some lookups of one scheme in one module.
    CostRow in "costs.csv" {
        /// Scheme.
        scheme: String,
        /// Module name.
        module: String,
        /// Instruction set.
        isa: String,
        /// Collector of the module.
        collector: String,
        /// `uniform` over maps, or `miss`.
        queries: String,
        /// Instructions of a lookup.
        instructions: f64,
        /// Bytes of the section that it reads.
        bytes_read: f64,
        /// Different 64-byte lines of the section that it reads.
        lines: f64,
        /// Different 64-byte lines of the scratch that it uses.
        scratch_lines: f64,
    }
}

record! {
    /// What the walks of one program are like.
    WalkRow in "walks.csv" {
        /// Module name.
        module: String,
        /// Stacks recorded.
        stacks: u64,
        /// Frames in them.
        frames: u64,
        /// Frames of the deepest.
        deepest: u64,
        /// Share of frames that a cache of 16 PCs would answer.
        cache_16: f64,
        /// The same for 1,024 PCs.
        cache_1024: f64,
        /// Share of frames whose PC occurred before in the same stack.
        repeated: f64,
    }
}

/// One line per program: what a cache of PCs in front of any scheme, or
/// looking up each PC of a stack once, would save.
pub(crate) fn walk_table(results: &Results) -> Option<Table> {
    let head = [
        "program",
        "stacks",
        "frames",
        "deepest",
        "hits of 16 PCs",
        "hits of 1,024 PCs",
        "PC occurred before in the stack",
    ];
    let mut table = Table::new(1, head);
    for r in results.walks.as_deref()? {
        let counts = [r.stacks, r.frames, r.deepest].map(count);
        let shares = [r.cache_16, r.cache_1024, r.repeated].map(percent);
        table.push(
            std::iter::once(r.module.clone())
                .chain(counts)
                .chain(shares),
        );
    }
    (!table.rows.is_empty()).then_some(table)
}

/// A column's title, the queries it is of, and its value.
type Column = (&'static str, &'static str, fn(&CostRow) -> f64);

/// One line per scheme: geometric means over the modules of the headline, as
/// ratios to the baseline and as they are. `None` if nothing was counted.
pub(crate) fn table(results: &Results, decision: &Decision) -> Option<Table> {
    let rows = results.costs.as_deref()?;
    let keys = &decision.selection.modules;
    let wanted = |r: &&CostRow, scheme: &str, queries: &str| {
        let key = Key {
            module: r.module.clone(),
            isa: r.isa.clone(),
            collector: r.collector.clone(),
        };
        r.scheme == scheme && r.queries == queries && keys.contains(&key)
    };
    let mean = |scheme: &str, queries: &str, value: fn(&CostRow) -> f64| {
        let rows = rows.iter().filter(|r| wanted(r, scheme, queries));
        geometric_mean(&rows.map(value).filter(|v| *v > 0.0).collect::<Vec<_>>())
    };
    let columns: [Column; 5] = [
        ("instructions", "uniform", |r| r.instructions),
        ("lines touched", "uniform", |r| r.lines + r.scratch_lines),
        ("bytes read", "uniform", |r| r.bytes_read),
        ("instructions, miss", "miss", |r| r.instructions),
        ("lines touched, miss", "miss", |r| r.lines + r.scratch_lines),
    ];
    let mut table = Table::new(1, ["scheme"]);
    table.head.extend(columns.map(|c| c.0.to_owned()));
    for scheme in &results.schemes {
        let cells = columns.map(|(_, queries, value)| {
            let own = mean(&scheme.name, queries, value);
            let base = mean(BASELINE, queries, value);
            own.zip(base).map_or_else(
                || NONE.to_owned(),
                |(own, base)| format!("{} ({})", plain(own), times(own / base)),
            )
        });
        table.push(std::iter::once(format!("`{}`", scheme.name)).chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}
