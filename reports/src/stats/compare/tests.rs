//! Two small runs with known differences.

use super::*;
use crate::results::{Collector, Isa, Tier, write_rows};
use crate::stats::made_up::Runs;
use std::fs;
use tempfile::TempDir;

#[test]
fn a_slower_scheme_is_told_from_a_slower_machine() {
    let before = Runs::new().folder();
    let mut run = Runs {
        machine: 2.0,
        ..Runs::new()
    };
    let limit = |slower| Thresholds {
        slower: Some(slower),
        larger: None,
    };
    let violations = |run: &Runs, slower| {
        let after = run.folder();
        compare(before.path(), after.path(), limit(slower))
            .unwrap()
            .violations(limit(slower))
    };
    assert_eq!(violations(&run, 0.0), Vec::<String>::new());
    run.schemes[3].1 = -0.1;
    let found = violations(&run, 0.03);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]
            .starts_with("slower: tight, 3 modules, wild/x86_64/copying, uniform, hot, visit: ")
    );
    assert_eq!(violations(&run, 0.2), Vec::<String>::new());

    run.runs = 1;
    let few = run.folder();
    let comparison = compare(before.path(), few.path(), limit(0.11)).unwrap();
    assert_eq!(comparison.violations(limit(0.11)), Vec::<String>::new());
    assert_eq!(
        comparison.doubtful(limit(0.11)).len(),
        1,
        "{:?}",
        comparison.pooled
    );

    run.modules.pop();
    let other = run.folder();
    let comparison = compare(before.path(), other.path(), limit(0.0)).unwrap();
    assert!(comparison.pooled.is_empty() && comparison.cells.len() == 4);
    assert!(
        comparison.notes[0].contains("not the same modules"),
        "{:?}",
        comparison.notes
    );
}

#[test]
fn what_the_runs_cannot_tell_is_said() {
    let verdicts = |a: &Runs, b: &Runs| {
        let (a, b) = (a.folder(), b.folder());
        let comparison = compare(a.path(), b.path(), Thresholds::default()).unwrap();
        let verdicts = comparison.pooled.iter().map(|c| c.verdict);
        (verdicts.collect::<Vec<_>>(), comparison.power().unwrap())
    };
    let (several, mut other) = (Runs::new(), Runs::new());
    let (same, power) = verdicts(&several, &other);
    assert_eq!(same, [ChangeVerdict::Same; 2]);
    assert!(power.starts_with("with these runs a change"), "{power}");
    other.schemes[3].1 = -0.12;
    let (changed, _) = verdicts(&several, &other);
    assert_eq!(changed, [ChangeVerdict::Same, ChangeVerdict::Slower]);
    other.runs = 1;
    let (unknown, power) = verdicts(&several, &other);
    assert_eq!(unknown, [ChangeVerdict::CannotTell; 2]);
    assert!(
        power.starts_with("1 run on one side cannot say how far runs lie apart, so 5.5 % is"),
        "{power}"
    );
    // However few there are, what is far beyond what runs differ by shows.
    other.schemes[3].1 = 0.8;
    let (seen, _) = verdicts(&several, &other);
    assert_eq!(seen, [ChangeVerdict::CannotTell, ChangeVerdict::Slower]);
}

/// The section of the scheme `tight` on a module, and the baseline's size.
fn tight_section((module, bytes, baseline_bytes): (&str, u64, u64)) -> SizeRow {
    SizeRow {
        scheme: "tight".to_owned(),
        module: module.to_owned(),
        isa: Isa::X86_64,
        tier: Tier::Wild,
        maps: 1,
        empties: 0,
        bytes,
        bytes_header: 0,
        bytes_index: 0,
        bytes_payload: bytes,
        bytes_padding: 0,
        baseline_bytes,
        ratio: (baseline_bytes > 0).then(|| bytes as f64 / baseline_bytes as f64),
        bytes_offsets: 0,
        collector: Collector::Drc,
        cwasm_bytes: None,
        bytes_without_start: None,
        baseline_bytes_without_start: None,
        encode_ns_per_safepoint: None,
        check_ns_per_safepoint: None,
        encode_peak_bytes: None,
    }
}

#[test]
fn larger_sections_are_found_where_the_module_is_the_same() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let limit = |larger| Thresholds {
        slower: None,
        larger: Some(larger),
    };
    let run = |dir: &TempDir, rows: &[(&str, u64, u64)]| {
        let rows: Vec<SizeRow> = rows.iter().copied().map(tight_section).collect();
        write_rows(dir.path(), &rows).unwrap();
    };
    run(&a, &[("m0", 100, 200), ("m1", 100, 200)]);
    run(&b, &[("m0", 101, 200), ("m1", 500, 201)]);
    fs::write(
        a.path().join("provenance.json"),
        r#"{"cpu": "A", "seed": 1}"#,
    )
    .unwrap();
    fs::write(
        b.path().join("provenance.json"),
        r#"{"cpu": "B", "seed": 1}"#,
    )
    .unwrap();
    let comparison = compare(a.path(), b.path(), limit(0.0)).unwrap();
    let found = comparison.violations(limit(0.0));
    assert_eq!(
        found,
        ["larger: tight, m0/x86_64/drc: 100 -> 101 bytes (+1.00 %)"]
    );
    assert_eq!(comparison.violations(limit(0.01)), Vec::<String>::new());
    assert!(
        comparison.notes[0].starts_with("m1/x86_64/drc: `exact` differs"),
        "{:?}",
        comparison.notes
    );
    assert_eq!(comparison.notes[1], r#"cpu: "A" and "B""#);

    run(&b, &[("m9", 101, 200)]);
    let error = compare(a.path(), b.path(), limit(0.0))
        .unwrap_err()
        .to_string();
    assert!(error.contains("have no cell in common"), "{error}");
    let both = Thresholds {
        slower: Some(0.0),
        ..limit(0.0)
    };
    let error = compare(a.path(), b.path(), both).unwrap_err().to_string();
    assert!(error.contains("latency.csv: "), "{error}");
}

#[test]
fn percentages() {
    assert_eq!(parse_percent("3%").unwrap(), 0.03);
    assert_eq!(parse_percent(" 0.5 % ").unwrap(), 0.005);
    for bad in ["", "three", "-1%", "nan", "inf%"] {
        assert!(parse_percent(bad).is_err(), "{bad}");
    }
}

/// The run without the rows that `lost` picks, as if they had never been.
fn without<R: Row>(run: &TempDir, lost: impl Fn(&R) -> bool) {
    let mut rows: Vec<R> = read_rows(&run.path().join(R::FILE)).unwrap();
    let before = rows.len();
    rows.retain(|row| !lost(row));
    assert!(rows.len() < before);
    write_rows(run.path(), &rows).unwrap();
}

#[test]
fn a_timing_that_the_second_run_lacks_never_passes() {
    let limits = Thresholds {
        slower: Some(10.0),
        larger: None,
    };
    let before = Runs::new().folder();
    let violations = |after: &TempDir| {
        let comparison = compare(before.path(), after.path(), limits).unwrap();
        comparison.violations(limits)
    };
    let after = Runs::new().folder();
    assert_eq!(violations(&after), Vec::<String>::new());
    without(&after, |row: &LatencyRow| row.scheme == "tight");
    without(&after, |row: &PooledRow| row.scheme == "tight");
    let found = violations(&after);
    assert_eq!(found.len(), 3, "{found:?}");
    let first = "missing: tight, m0/x86_64/copying, uniform, hot, visit: no timing to compare with";
    assert_eq!(found[0], first);

    // A pool over more modules says nothing of a pool over fewer.
    let mut run = Runs::new();
    run.modules.push(("m9", Isa::X86_64, Tier::Wild));
    let found = violations(&run.folder());
    assert!(
        found[0].starts_with("missing: ") && found[0].contains("3 modules"),
        "{found:?}"
    );
    // What the second run has besides is no fault of it.
    let more = compare(after.path(), before.path(), limits).unwrap();
    assert_eq!(more.violations(limits), Vec::<String>::new());
}

#[test]
fn a_size_that_the_second_run_lacks_never_passes() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rows = [("m0", 0, 0), ("m1", 100, 200), ("m2", 100, 200)].map(tight_section);
    write_rows(a.path(), &rows).unwrap();
    write_rows(b.path(), &rows[..1]).unwrap();
    let limits = |larger| Thresholds {
        slower: None,
        larger,
    };
    let violations = |larger| {
        let comparison = compare(a.path(), b.path(), limits(larger)).unwrap();
        comparison.violations(limits(larger))
    };
    let missing = ["m1", "m2"]
        .map(|module| format!("missing: tight, {module}/x86_64/drc: no size to compare with"));
    assert_eq!(violations(Some(0.5)), missing);
    assert_eq!(violations(None), Vec::<String>::new());

    // Nor does one that has no size in common with the first.
    write_rows(b.path(), &[("m1", 100, 300)].map(tight_section)).unwrap();
    write_rows(a.path(), &rows[1..2]).unwrap();
    let error = compare(a.path(), b.path(), limits(Some(0.5))).unwrap_err();
    assert!(error.to_string().contains("no cell in common"), "{error}");
}

#[test]
fn a_section_that_was_empty_has_no_percentage() {
    let grown = SizeChange {
        scheme: "tight".to_owned(),
        module: "m/x86_64/drc".to_owned(),
        bytes_a: 0,
        bytes_b: 5,
    };
    assert_eq!(grown.to_string(), "tight, m/x86_64/drc: 0 -> 5 bytes");
}
