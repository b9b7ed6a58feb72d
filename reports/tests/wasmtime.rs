//! What executions in Wasmtime say: programs and wild modules side by side, and the
//! stress, if there was one.

use stackmap_reports::results::{AGAIN, BASELINE, Collector, Results, Tier, WasmtimeStressRow};
use stackmap_reports::{Rules, load, readme_results, write_report};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn published() -> Results {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("published")).unwrap()
}

fn page(results: &Results) -> String {
    let dir = tempfile::tempdir().unwrap();
    write_report(results, dir.path(), &Rules::default()).unwrap();
    fs::read_to_string(dir.path().join("report.html")).unwrap()
}

/// The published executions, every other module of them as if it were wild; and how
/// many executions and modules of each tier there are then.
fn of_both_tiers() -> (Results, [(usize, usize); 2]) {
    let mut results = published();
    let rows = results.executions.as_mut().unwrap();
    let modules: BTreeSet<String> = rows.iter().map(|row| row.module.clone()).collect();
    let wild: BTreeSet<String> = modules.into_iter().step_by(2).collect();
    for row in rows.iter_mut() {
        row.tier = match wild.contains(&row.module) {
            true => Tier::Wild,
            false => Tier::Program,
        };
    }
    let today = rows
        .iter()
        .filter(|row| row.scheme == BASELINE && row.memo == 0);
    let counts = [Tier::Wild, Tier::Program].map(|tier| {
        let own = today.clone().filter(|row| row.tier == tier);
        let modules: BTreeSet<&str> = own.clone().map(|row| row.module.as_str()).collect();
        (own.count(), modules.len())
    });
    (results, counts)
}

#[test]
fn programs_and_wild_modules_stand_side_by_side() {
    let (results, [wild, program]) = of_both_tiers();
    let said = format!(
        "{} executions of {} modules of the tier wild and {} executions of {} modules of the tier program",
        wild.0, wild.1, program.0, program.1
    );
    let page = page(&results);
    for text in [&page, &readme_results(&results)] {
        assert!(text.contains(&said), "{said}");
        let share = format!("in the median of {} executions of the tier wild", wild.0);
        assert!(text.contains(&share), "{share}");
    }
    let section = page.split("<section id=\"wasmtime\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    for figure in ["pause", "files"] {
        let open = format!("<figure id=\"{figure}\">");
        let figure = section.split(&open).nth(1).unwrap();
        let figure = figure.split("</figure>").next().unwrap();
        for tier in ["wild", "program"] {
            assert!(figure.contains(tier), "{tier}");
        }
    }
}

/// An execution without a name among the modules is left out by itself.
#[test]
fn each_execution_is_left_out_whatever_its_tier() {
    let (results, _) = of_both_tiers();
    let rows = results.executions.iter().flatten();
    let modules: BTreeSet<&str> = rows.map(|row| row.module.as_str()).collect();
    let decision = stackmap_reports::stats::decide(&results, &Rules::default());
    for module in modules {
        let what = format!("executions of {module}");
        let mut changes = decision.sensitivity.left_out.iter();
        assert!(changes.any(|change| change.what == what), "{what}");
    }
}

fn stress(scheme: &str, memo: u64, frames: u64, ratio: f64) -> WasmtimeStressRow {
    WasmtimeStressRow {
        scheme: scheme.to_owned(),
        collector: Collector::Drc,
        memo,
        functions: 64,
        frames,
        heap_mib: 0,
        pause_ns: 1e6 * ratio,
        pause_ratio: ratio,
        pause_lo: Some(ratio - 0.01),
        pause_hi: Some(ratio + 0.01),
        walk_share: 0.25,
        frame_ns: 50.0,
        processes: 3,
        memo_hits: None,
    }
}

/// At 100,000 frames the control is no better than what it is to judge.
#[test]
fn a_stress_is_shown_with_its_control_or_said_to_be_missing() {
    let mut results = published();
    results.stress = None;
    assert!(page(&results).contains("There is no <code>wasmtime-stress.csv</code>"));
    let rows = [(10, 1.0, 1.02), (1000, 1.01, 1.5), (100_000, 1.97, 1.9)];
    let rows = rows.into_iter().flat_map(|(frames, control, ratio)| {
        [
            stress(BASELINE, 0, frames, 1.0),
            stress(AGAIN, 0, frames, control),
            stress("delta-tri", 0, frames, ratio),
            stress("delta-tri", 1024, frames, 1.0),
        ]
    });
    results.stress = Some(rows.collect());
    let page = page(&results);
    for said in [
        "So are 1 of 3 places, of 100,000 frames.",
        "10.0 % longer from 1,000 frames of 64 functions over 0 MiB (drc) on",
        "<code>delta-tri + memo of 1024</code> is nowhere known to take 10.0 % longer",
        "[1.96, 1.98]: unsound",
        "<figure id=\"stress-drc-64\">",
    ] {
        assert!(page.contains(said), "{said}");
    }
}
