//! What safepoints without references cost, for people: tables in Markdown.

use crate::format::{count, known, percent, plain};
use crate::results::{CallsRow, Collector, EmptiesRow, Tier};
use crate::table::Table;
use std::collections::BTreeMap;

/// The tables of `empties.csv` and `calls.csv`. Our programs are one line of each, all
/// together.
pub fn empties_text(rows: &[EmptiesRow], calls: &[CallsRow]) -> String {
    let lines = lines(rows);
    let tables = [safepoints(&lines), bytes(&lines), callees(calls)];
    tables.map(|table| table.markdown()).join("\n")
}

/// A row for each wild module, by the size of its section, one for all of these, and
/// one for all programs.
fn lines(rows: &[EmptiesRow]) -> Vec<EmptiesRow> {
    let mut lines: Vec<EmptiesRow> = Vec::new();
    for (tier, name) in [(Tier::Program, "our programs"), (Tier::Wild, "all wild")] {
        for collector in [Collector::Copying, Collector::Drc] {
            let summed = rows
                .iter()
                .filter(|r| (r.tier, r.collector) == (tier, collector));
            let mut summed = summed.cloned();
            if let Some(first) = summed.next() {
                let mut line = summed.fold(first, sum);
                line.module = name.to_owned();
                lines.push(line);
            }
        }
    }
    lines.extend(rows.iter().filter(|r| r.tier == Tier::Wild).cloned());
    lines.sort_by_key(|line| (line.collector.name(), line.exact));
    lines
}

fn sum(mut sum: EmptiesRow, row: EmptiesRow) -> EmptiesRow {
    macro_rules! add {
        ($($column:ident)+) => { $(sum.$column += row.$column;)+ };
    }
    add!(maps maps_never empties empties_trampolines empties_never empties_needed frames);
    add!(cwasm exact exact_needed blocks blocks_tri blocks_tri_none delta);
    add!(delta_tri delta_tri_walked delta_tri_collecting delta_tri_needed delta_tri_none);
    add!(delta_tri_peak delta_tri_none_peak);
    sum
}

/// What the safepoints are.
fn safepoints(lines: &[EmptiesRow]) -> Table {
    let head = [
        "module",
        "collector",
        "maps",
        "at builtins that never collect",
        "empties",
        "in trampolines",
        "at builtins that never collect",
        "walked frames",
    ];
    let mut table = Table::new(2, head);
    for line in lines {
        table.push([
            line.module.clone(),
            line.collector.to_string(),
            count(line.maps),
            share(line.maps_never, line.maps),
            count(line.empties),
            share(line.empties_trampolines, line.empties),
            share(line.empties_never, line.empties),
            count(line.frames),
        ]);
    }
    table
}

/// What they take.
fn bytes(lines: &[EmptiesRow]) -> Table {
    let head = [
        "module",
        "collector",
        "`exact`",
        "`delta-tri`, no empties",
        "all empties",
        "bytes each",
        "of the `.cwasm`",
        "no trampolines",
        "nor at such builtins",
        "nor maps there",
        "`exact` without maps there",
        "empties' share of the writer's memory",
    ];
    let mut table = Table::new(2, head);
    for line in lines {
        let none = line.delta_tri_none;
        let more = line.delta_tri as f64 - none as f64;
        let each = (line.empties > 0).then(|| more / line.empties as f64);
        let peak = line.delta_tri_peak as f64 - line.delta_tri_none_peak as f64;
        table.push([
            line.module.clone(),
            line.collector.to_string(),
            count(line.exact),
            count(none),
            count(line.delta_tri),
            known(each, plain),
            percent(more / line.cwasm as f64),
            count(line.delta_tri_walked),
            count(line.delta_tri_collecting),
            count(line.delta_tri_needed),
            share(line.exact_needed, line.exact),
            percent(peak / line.delta_tri_peak as f64),
        ]);
    }
    table
}

/// What is called at them, in all modules together.
fn callees(calls: &[CallsRow]) -> Table {
    const TRAMPOLINE: &str = "trampoline";
    let collectors = [Collector::Copying, Collector::Drc];
    let mut groups = BTreeMap::<_, [(u64, u64); 2]>::new();
    for row in calls {
        let called = match row.caller.as_str() {
            TRAMPOLINE => "anything, from a trampoline".to_owned(),
            _ if row.callee == "function" => "a function of the module".to_owned(),
            _ if row.callee == "pointer" => "an import or a reference".to_owned(),
            _ => format!("`{}`", row.callee),
        };
        let group = groups.entry((row.never, called)).or_default();
        for ((maps, empties), collector) in group.iter_mut().zip(collectors) {
            if row.collector == collector {
                *maps += row.maps;
                *empties += row.empties;
            }
        }
    }
    let head = [
        "called",
        "can collect",
        "maps, copying",
        "empties, copying",
        "maps, drc",
        "empties, drc",
    ];
    let mut table = Table::new(2, head);
    for ((never, called), [copying, drc]) in groups {
        table.push([
            called,
            if never { "never" } else { "yes" }.to_owned(),
            count(copying.0),
            count(copying.1),
            count(drc.0),
            count(drc.1),
        ]);
    }
    table
}

fn share(part: u64, whole: u64) -> String {
    known((whole > 0).then(|| part as f64 / whole as f64), percent)
}
