//! The subcommands that look beyond size and time, as scripts meet them.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

const MODULE: &str = "hoot-reflect/x86_64/copying";

fn lab(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    command.args(arguments).output().unwrap()
}

fn rows(arguments: &[&str]) -> Vec<serde_json::Value> {
    let output = lab(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {stderr}"))
}

fn count(row: &serde_json::Value) -> u64 {
    row["count"].as_u64().unwrap()
}

#[test]
fn the_anatomy_adds_up() {
    let rows = rows(&["anatomy", "-m", MODULE, "--json"]);
    let [row] = rows.as_slice() else {
        panic!("{} rows", rows.len())
    };
    let n = |name: &str| row[name].as_u64().unwrap();
    let parts = [
        "count",
        "pcs",
        "offsets",
        "frame_sizes",
        "word_counts",
        "bitmaps",
    ];
    let sum: u64 = parts.iter().map(|p| n(&format!("bytes_{p}"))).sum();
    assert_eq!(sum, n("section_bytes"));
    assert_eq!(n("bytes_count"), 4);
    assert!(n("slots_p50") <= n("slots_p90") && n("slots_p90") <= n("slots_max"));
    assert!(n("distinct_maps") <= n("maps"));
    assert!(n("xz_bytes") < n("section_bytes"));
    let entropy = |name: &str| row[name].as_f64().unwrap();
    assert!(entropy("entropy1_bytes") < entropy("entropy0_bytes"));
}

#[test]
fn counted_costs_are_the_same_on_every_run_and_plausible() {
    let arguments = ["costs", "-m", MODULE, "-s", "^blocks$", "--json"];
    let first = lab(&arguments);
    if first.stdout.is_empty() || first.stdout.starts_with(b"[]") {
        eprintln!("skipped: {}", String::from_utf8_lossy(&first.stderr));
        return;
    }
    assert_eq!(first.stdout, lab(&arguments).stdout);
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let n = |name: &str| row[name].as_f64().unwrap();
        assert!(
            n("instructions") > 40.0 && n("instructions") < 2000.0,
            "{row}"
        );
        assert!(n("lines") >= 1.0 && n("bytes_read") >= 4.0, "{row}");
        // 60 PCs of 4 bytes take at least 6 steps of a binary search, the
        // count before it, and for a hit the map's offset and record.
        if row["scheme"] == "exact" && row["queries"] == "uniform" {
            assert!(n("bytes_read") >= 4.0 * (1.0 + 6.0 + 1.0 + 3.0), "{row}");
        }
    }
}

#[test]
fn no_wrong_pc_fools_an_exact_scheme_and_naive_ranges_fool_themselves() {
    let schemes = rows(&["list", "schemes", "--json"]);
    let rows = rows(&["safety", "-m", MODULE, "--json"]);
    let harmful = ["stale root", "bogus root", "out-of-frame slot"];
    let wrong = |scheme: &str, fault: &str| -> u64 {
        let of = rows.iter().filter(|r| {
            r["scheme"] == scheme
                && r["policy"] == "strict"
                && r["fault"].as_str().unwrap().starts_with(fault)
                && harmful.contains(&r["outcome"].as_str().unwrap())
        });
        of.map(count).sum()
    };
    let exact = schemes.iter().filter(|s| s["exact"] == true);
    for scheme in exact.map(|s| s["name"].as_str().unwrap()) {
        for fault in [
            "PC: +",
            "PC: -",
            "PC: of the call",
            "PC: within",
            "PC: padding",
            "none",
        ] {
            assert_eq!(wrong(scheme, fault), 0, "{scheme}, {fault}");
        }
    }
    let empty = "none: at an empty safepoint";
    assert!(wrong("ranges-naive", empty) > 0);
    assert_eq!(wrong("ranges", empty), 0);
    // The historical bugs, each where it was found.
    assert!(wrong("bug-map-before", empty) > 0);
    assert!(wrong("bug-function-before", "PC: next map-less") > 0);
    assert_eq!(wrong("blocks+crc32", "section"), 0);
}

#[test]
fn every_trial_has_one_outcome() {
    let rows = rows(&["safety", "-m", MODULE, "-s", "^blocks$", "--json"]);
    for row in &rows {
        let same = |other: &&serde_json::Value| {
            ["scheme", "fault", "policy"]
                .iter()
                .all(|c| row[*c] == other[*c])
        };
        let sum: u64 = rows.iter().filter(same).map(count).sum();
        assert_eq!(sum, row["trials"].as_u64().unwrap(), "{row}");
    }
}

#[test]
fn a_page_about_ones_own_module_says_what_it_would_save() {
    let dir = TempDir::new().unwrap();
    let page = dir.path().join("page.html");
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/programs/lisp.wat");
    let output = lab(&["inspect", program, "--html", page.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let html = fs::read_to_string(&page).unwrap();
    for needed in [
        "lisp",
        "<code>blocks</code>",
        ".cwasm",
        "<svg",
        "smaller by",
    ] {
        assert!(html.contains(needed), "{needed}");
    }
}

#[test]
fn a_larger_memo_and_one_that_is_kept_answer_no_less() {
    let rows = rows(&["memo", "-m", "^lisp/x86_64/copying", "--json"]);
    if !cfg!(target_arch = "x86_64") {
        return assert!(rows.is_empty());
    }
    let hits = |row: &serde_json::Value| row["hits"].as_u64().unwrap();
    for kept in [false, true] {
        let of: Vec<_> = rows.iter().filter(|row| row["kept"] == kept).collect();
        assert_eq!(of.len(), 4, "{rows:?}");
        assert!(of.is_sorted_by_key(|row| hits(row)), "{of:?}");
        assert!(hits(of[3]) <= of[3]["lookups"].as_u64().unwrap());
    }
    for pair in rows.chunks(2) {
        assert!(hits(&pair[0]) <= hits(&pair[1]), "{pair:?}");
    }
}

#[test]
fn recorded_stacks_are_walked_and_what_is_touched_is_counted() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("run");
    let module = "^moonbit-html-parser/x86_64/copying";
    let output = lab(&[
        "run",
        "-m",
        module,
        "-s",
        "^blocks$",
        "-o",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let table = |name: &str| {
        let text = fs::read_to_string(out.join(name)).unwrap();
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect());
        let head: Vec<String> = lines.next().unwrap();
        let rows: Vec<Vec<String>> = lines.collect();
        rows.into_iter()
            .map(|row| head.iter().cloned().zip(row).collect::<BTreeMap<_, _>>())
            .collect::<Vec<_>>()
    };
    let [walk] = &table("walks.csv")[..] else {
        panic!("not one execution");
    };
    assert_eq!(walk["execution"], "moonbit-html-parser");
    assert_eq!(walk["tier"], "wild");
    assert_eq!(walk["language"], "MoonBit");
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return;
    }
    let touched = table("touched.csv");
    let of = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<u64>().unwrap();
    assert_eq!(touched.len(), 4, "two schemes, two stacks");
    for row in &touched {
        let frames = if row["depth"] == "median" {
            "median"
        } else {
            "deepest"
        };
        assert_eq!(row["frames"], walk[frames], "{row:?}");
        assert!(
            (1..=of(row, "lines")).contains(&of(row, "pages")),
            "{row:?}"
        );
        assert!(of(row, "instructions") > 10 * of(row, "frames"), "{row:?}");
        assert!(of(row, "bytes_read") > 0, "{row:?}");
    }
}

#[test]
fn a_folder_without_a_run_is_named_with_the_remedy() {
    let dir = TempDir::new().unwrap();
    for subcommand in ["frontier", "rank", "publish"] {
        let output = lab(&[subcommand, dir.path().to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{subcommand}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        let one_line = stderr.trim_end().lines().count() == 1;
        assert!(
            stderr.starts_with("error: ") && one_line,
            "{subcommand}: {stderr}"
        );
    }
}

#[test]
fn garbage_is_collected_by_every_scheme_and_not_by_naive_ranges() {
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return;
    }
    let effort = ["--collections", "300", "--functions", "40"];
    let rows = rows(&[&["soak", "--json"][..], &effort].concat());
    assert!(rows.len() >= 18);
    for row in rows {
        let passed = row["failure"].is_null();
        let naive = row["scheme"] == "ranges-naive";
        assert!(passed || naive, "{row}");
        assert!(!passed || !naive || row["program"] == "synthetic", "{row}");
        if row["scheme"] == "exact" {
            assert!(row["collections"].as_u64() >= Some(300), "{row}");
            assert!(row["stack_roots"].as_u64() > Some(0), "{row}");
        }
    }
}
