//! Two small runs with known differences.

use super::*;
use crate::results::{Collector, Isa, Tier, write_rows};
use crate::stats::made_up::Run;
use std::fs;
use tempfile::TempDir;

#[test]
fn a_slower_scheme_is_told_from_a_slower_machine() {
    let before = Run::new().folder();
    let mut run = Run {
        machine: 2.0,
        ..Run::new()
    };
    let limit = |slower| Thresholds {
        slower: Some(slower),
        larger: None,
    };
    let violations = |run: &Run, slower| {
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
        found[0].starts_with("slower: tight, 3 modules, wild/x86_64/copying, mix, hot, visit: ")
    );
    assert_eq!(violations(&run, 0.2), Vec::<String>::new());

    run.processes = 2;
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
        ratio: Some(bytes as f64 / baseline_bytes as f64),
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
