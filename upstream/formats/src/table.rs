//! What `measure` prints: each execution, and what all come to.

use crate::variant::Variant;
use anyhow::Result;
use stackmap_rehearsal::say;
use stackmap_reports::results::{AGAIN, WasmtimeRow};
use stackmap_reports::stats::{Criterion, Gap, mean_of_executions};

/// What a format is called in a table; a `+` is a memo.
pub fn label(scheme: &str, memo: u64) -> String {
    let plus = if memo > 0 { "+" } else { "" };
    format!("{scheme}{plus}")
}

/// One line per execution and format.
pub fn executions(rows: &[WasmtimeRow]) -> Result<()> {
    say!(
        "{:<16} {:<10} {:<12} {:>7} {:>16} {:>8} {:>8} {:>7}",
        "module",
        "collector",
        "format",
        "pause",
        "interval",
        "lookup",
        "walk",
        ".cwasm"
    )?;
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
    let share =
        |share: Option<f64>| share.map_or(String::new(), |share| format!("{:.2} %", share * 100.0));
    for row in rows {
        let format = label(&row.scheme, row.memo);
        let interval = row.pause_lo.zip(row.pause_hi);
        let interval = interval.map_or(String::new(), |(lo, hi)| format!("[{lo:.3}, {hi:.3}]"));
        say!(
            "{:<16} {:<10} {format:<12} {:>7} {interval:>16} {:>8} {:>8} {:>7}",
            row.module,
            row.collector,
            number(row.pause_ratio),
            share(row.lookup_share),
            share(row.walk_share),
            number(row.cwasm_ratio)
        )?;
    }
    Ok(())
}

/// One line per format, and whether the control holds. Nothing of too few modules.
pub fn means(rows: &[WasmtimeRow]) -> Result<()> {
    let means = |variant: &Variant| {
        Criterion::TIMES.map(|criterion| {
            let own = |row: &&WasmtimeRow| {
                row.scheme == variant.scheme() && row.memo == variant.memo_entries()
            };
            mean_of_executions(rows.iter().filter(own), criterion)
        })
    };
    let formats = Variant::measured().into_iter();
    let formats = formats.filter(|variant| *variant != Variant::TODAY);
    let means: Vec<_> = formats.map(|variant| (variant, means(&variant))).collect();
    if means
        .iter()
        .all(|(_, means)| means.iter().all(Option::is_none))
    {
        return Ok(());
    }
    say!("\nIn the mean over modules, with the 95 % interval for modules like these:")?;
    let line = |format: &str, cells: [String; 4]| {
        let cells = cells.map(|cell| format!(" {cell:>20}"));
        say!("{format:<12}{}", cells.concat())
    };
    line(
        "format",
        Criterion::TIMES.map(|criterion| criterion.to_string()),
    )?;
    for (variant, means) in &means {
        let format = label(variant.scheme(), variant.memo_entries());
        line(&format, means.map(|gap| gap.map_or(String::new(), ratio)))?;
    }
    let control = means.iter().find(|(variant, _)| variant.scheme() == AGAIN);
    let control = control.map_or([None; 4], |(_, means)| *means);
    let control = Criterion::TIMES.iter().zip(control);
    let control = control.filter_map(|(criterion, gap)| {
        let Gap { lo, hi, .. } = gap?;
        let reach = 100.0 * hi.max(-lo);
        // Its interval contains 1, and says how little else can be told from it.
        let verdict = match lo <= 0.0 && hi >= 0.0 {
            true => format!("same within {reach:.1} %"),
            false => "not the same".to_owned(),
        };
        Some(format!("{criterion} {verdict}"))
    });
    let control: Vec<String> = control.collect();
    say!(
        "Control, today's format built twice ({AGAIN}): {}.",
        control.join(", ")
    )
}

fn ratio(gap: Gap) -> String {
    let [mid, lo, hi] = [gap.mid, gap.lo, gap.hi].map(|gap| 1.0 + gap);
    format!("{mid:.3} [{lo:.3}, {hi:.3}]")
}
