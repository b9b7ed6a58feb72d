//! The command line as people and scripts meet it.

use object::{Object, ObjectSection};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const WITH_MAPS: &str = r#"
(module
  (type $box (struct (field (mut i32))))
  (import "lab" "checkpoint" (func $checkpoint))
  (func (export "run") (param i32) (result i32)
    (local $a (ref $box)) (local $b (ref $box))
    (local.set $a (struct.new $box (local.get 0)))
    (call $checkpoint)
    (local.set $b (struct.new $box (i32.const 2)))
    (call $checkpoint)
    (i32.add
      (struct.get $box 0 (local.get $a))
      (struct.get $box 0 (local.get $b)))))
"#;

const WITHOUT_MAPS: &str = r#"(module (func (export "run") (result i32) i32.const 1))"#;

fn lab(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    command.args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn write(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn cwasm(wat: &str) -> Vec<u8> {
    let mut config = wasmtime::Config::new();
    config.wasm_gc(true).wasm_function_references(true);
    let engine = wasmtime::Engine::new(&config).unwrap();
    engine.precompile_module(wat.as_bytes()).unwrap()
}

#[test]
fn the_exact_row_is_the_size_of_the_real_section() {
    let dir = TempDir::new().unwrap();
    let bytes = cwasm(WITH_MAPS);
    let section = object::File::parse(&bytes[..])
        .unwrap()
        .section_by_name(".wasmtime.stackmap")
        .unwrap()
        .size();
    let path = write(&dir, "module.cwasm", &bytes);
    let output = lab(&["inspect", &path, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let rows: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let exact = &rows[0];
    assert_eq!(exact["scheme"], "exact");
    assert_eq!(exact["bytes"], section);
    assert_eq!(exact["ratio"], 1.0);
    assert_eq!(exact["cwasm_bytes"], bytes.len());
    for field in ["module", "isa", "maps", "empties"] {
        assert!(!exact[field].is_null(), "{field}");
    }
}

#[test]
fn each_bad_file_is_one_line_and_the_others_still_come_out() {
    let dir = TempDir::new().unwrap();
    let good = write(&dir, "good.wat", WITH_MAPS);
    let whole = cwasm(WITH_MAPS);
    let bad = [
        "/dev/null".to_owned(),
        write(&dir, "truncated.cwasm", &whole[..whole.len() / 2]),
        write(&dir, "invalid.wasm", b"\0asm\x01\0\0\0\x0a\x03"),
        write(&dir, "garbage.wasm", [0x5a; 300]),
        write(&dir, "syntax.wat", "(module (func"),
        write(&dir, "syntax.clif", "function %f() { block0: retrun }"),
        dir.path().join("missing.wasm").to_str().unwrap().to_owned(),
        dir.path().to_str().unwrap().to_owned(),
    ];
    let mut arguments = vec!["inspect", "--csv", good.as_str()];
    arguments.extend(bad.iter().map(String::as_str));
    let output = lab(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let stderr = stderr(&output);
    for path in &bad {
        let lines = stderr
            .lines()
            .filter(|l| l.contains(path.as_str()) && l.contains("; "));
        assert!(
            lines.count() >= 1,
            "no line with a remedy names {path}:\n{stderr}"
        );
    }
    assert_eq!(stderr.lines().count(), bad.len() + 1, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(stdout(&output).lines().any(|l| l.starts_with("good,")));
}

#[test]
fn a_module_without_stack_maps_is_not_an_error() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "none.wat", WITHOUT_MAPS);
    let output = lab(&["inspect", &path, "--csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains(",exact,0,,0,"),
        "{}",
        stdout(&output)
    );
    assert!(stderr(&output).contains("no stack maps"));
}

#[test]
fn wrong_usage_and_empty_selections_fail_at_once() {
    assert_eq!(lab(&["inspect"]).status.code(), Some(2));
    assert_eq!(lab(&["size", "-s", "("]).status.code(), Some(2));
    for arguments in [
        &["size", "-s", "no-such-scheme"][..],
        &["size", "--quick", "-m", "no-such-module"],
        &["bench", "--quick", "--out", "/dev/null/results"],
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn sizes_depend_on_the_seed_alone() {
    let size = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
        command
            .args(["size", "--quick", "--csv"])
            .env("RAYON_NUM_THREADS", threads);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(
            stderr(&output).is_empty(),
            "progress on no terminal: {}",
            stderr(&output)
        );
        stdout(&output)
    };
    let once = size("2");
    assert_eq!(once, size("2"));
    assert_eq!(once, size("1"));
    let header = once.lines().next().unwrap();
    assert!(header.starts_with(
        "scheme,module,isa,tier,maps,empties,bytes,bytes_header,bytes_index,bytes_payload,\
         bytes_padding,baseline_bytes,ratio,"
    ));
    let mut reader = csv::Reader::from_reader(once.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|h| h == name).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let bytes = |name: &str| row[column(name)].parse::<u64>().unwrap();
        let parts = ["header", "index", "offsets", "payload", "padding"];
        let sum: u64 = parts.iter().map(|p| bytes(&format!("bytes_{p}"))).sum();
        assert_eq!(sum, bytes("bytes"), "{row:?}");
    }
}

#[test]
fn a_small_bench_ends_by_naming_folder_and_report() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("run");
    let arguments = [
        "bench",
        "--quick",
        "--processes",
        "1",
        "-m",
        "^(nqueens|hoot)",
        "--out",
    ];
    let output = lab(&[&arguments[..], &[out.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let last: Vec<&str> = text.lines().rev().take(2).collect();
    assert_eq!(Path::new(last[1]), out);
    assert_eq!(Path::new(last[0]), out.join("report.html"));
    for file in [
        "size.csv",
        "latency.csv",
        "modules.csv",
        "provenance.json",
        "report.html",
    ] {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn schemes_say_what_the_decision_needs() {
    let output = lab(&["list", "schemes", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    for row in rows.as_array().unwrap() {
        for field in ["exact", "records_empties", "control"] {
            assert!(row[field].is_boolean(), "{row}");
        }
        for measure in ["lines", "branches", "nesting"] {
            for half in ["reader", "writer"] {
                let size = row[format!("{half}_{measure}")].as_u64().unwrap();
                assert!(size > 0 || measure != "lines", "{row}");
            }
        }
        assert!(row["fields"].as_u64().unwrap() > 2, "{row}");
        let told = row["records_empties"].as_bool().unwrap();
        assert_eq!(row["compiler_lines"].as_u64().unwrap() > 0, told, "{row}");
    }
}
