//! `latency` from outside: every scheme twice per block, nothing lost or
//! doubled by an interruption, wrong answers noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;
use tempfile::tempdir;

const CONTROLS: [&str; 3] = ["exact-again", "slow-5pct", "empty-lookup"];
const COLUMNS: &str = "run,process,block,position,scheme,module,isa,collector,tier,queries,cache,\
                       timed,lookups,ns,chain,copies,faults";

type Row = BTreeMap<String, String>;

/// `latency --quick` on one small module.
fn latency(out: &Path, schemes: &str, more: &[&str]) -> Command {
    let module = ["-m", "^straight/x86_64/none$"];
    latency_of(out, &[&module[..], &["-s", schemes], more].concat())
}

fn latency_of(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    command.args(["latency", "--quick", "--runs", "1"]);
    command.args(more);
    if more.last() != Some(&"--resume") {
        command.arg("--out");
    }
    command.arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn succeed(mut command: Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

fn samples(out: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(out.join("samples.csv")).unwrap();
    let header: Vec<&str> = reader.headers().unwrap().iter().collect();
    assert_eq!(header.join(","), COLUMNS);
    reader.deserialize().map(Result::unwrap).collect()
}

/// Rows by process, block and scenario.
fn blocks(rows: &[Row]) -> BTreeMap<Vec<&str>, Vec<&Row>> {
    let mut blocks = BTreeMap::<_, Vec<&Row>>::new();
    for row in rows {
        let names = ["process", "block", "queries", "cache", "timed"];
        let block = names.map(|name| row[name].as_str()).to_vec();
        blocks.entry(block).or_default().push(row);
    }
    blocks
}

fn values<'a>(rows: &'a [Row], column: &str) -> BTreeSet<&'a str> {
    rows.iter().map(|r| r[column].as_str()).collect()
}

/// Files that hold the finished rows of one module and process each.
fn finished(out: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(out.join("timing/1/rows"));
    let paths = entries.into_iter().flatten().map(|e| e.unwrap().path());
    paths
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .collect()
}

fn with_controls<'a>(schemes: &[&'a str]) -> BTreeSet<&'a str> {
    schemes.iter().chain(&CONTROLS).copied().collect()
}

/// Each scheme once in some order, then once more in the reverse order.
fn assert_there_and_back(rows: &[Row], schemes: &BTreeSet<&str>) {
    for (block, rows) in blocks(rows) {
        let visit = |r: &&Row| (r["position"].parse::<usize>().unwrap(), r["scheme"].clone());
        let mut visits: Vec<_> = rows.iter().map(visit).collect();
        visits.sort_unstable();
        let (positions, order): (Vec<usize>, Vec<String>) = visits.into_iter().unzip();
        assert!(positions.into_iter().eq(0..2 * schemes.len()), "{block:?}");
        let back: Vec<&String> = order.iter().rev().collect();
        assert!(order.iter().eq(back), "{block:?}: {order:?}");
        let seen: BTreeSet<&str> = order.iter().map(String::as_str).collect();
        assert_eq!(&seen, schemes, "{block:?}");
    }
}

/// Starts a run of four processes and kills it when the first has finished.
fn kill_midway(out: &Path) {
    let mut run = latency(out, "^consed$", &["--processes", "4"]);
    let mut run = run.spawn().unwrap();
    while finished(out).is_empty() {
        assert!(run.try_wait().unwrap().is_none(), "ended too early");
        sleep(Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn every_scheme_visits_every_block_twice_and_controls_run_along() {
    let dir = tempdir().unwrap();
    succeed(latency(dir.path(), "^consed$", &["--processes", "2"]));
    let rows = samples(dir.path());
    assert_there_and_back(&rows, &with_controls(&["exact", "consed"]));
    assert_eq!(values(&rows, "process"), ["0", "1"].into());
    assert_eq!(values(&rows, "cache"), ["cold", "hot", "mapped"].into());
    assert_eq!(values(&rows, "queries"), ["miss", "uniform"].into());
    let firsts = rows.iter().filter(|r| r["position"] == "0");
    let firsts: BTreeSet<&String> = firsts.map(|r| &r["scheme"]).collect();
    assert!(firsts.len() > 1, "always {firsts:?} first");

    let provenance = fs::read(dir.path().join("provenance.json")).unwrap();
    let provenance: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&provenance).unwrap();
    for name in ["git_revision", "rustc", "binary_sha256", "seed", "doctor"] {
        assert!(provenance.contains_key(name), "no {name}");
    }
    assert!(provenance.values().all(|v| v.is_string() || v.is_number()));
}

#[test]
fn runs_differ_in_seed_and_queries_and_can_be_added_later() {
    let dir = tempdir().unwrap();
    succeed(latency(dir.path(), "^consed$", &["--processes", "1"]));
    let seconds = ["--processes", "1", "--runs", "2", "--resume"];
    let mut more = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    more.args([
        "latency",
        "--quick",
        "-m",
        "^straight/x86_64/none$",
        "-s",
        "^consed$",
    ]);
    more.args(seconds).arg(dir.path());
    succeed(more);
    let mut reader = csv::Reader::from_path(dir.path().join("runs.csv")).unwrap();
    let runs: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(values(&runs, "seed").len(), 2);
    assert!(runs.iter().all(|run| run["began"] <= run["ended"]));
    let rows = samples(dir.path());
    assert_eq!(values(&rows, "run"), values(&runs, "run"));
}

#[test]
fn sections_are_mapped_anew_and_their_page_faults_counted() {
    let dir = tempdir().unwrap();
    let more = [
        "-m",
        "^dart_fmt/x86_64/copying$",
        "-s",
        "^blocks$",
        "--processes",
        "1",
    ];
    succeed(latency_of(dir.path(), &more));
    let rows = samples(dir.path());
    // How many there are depends on how the system keeps a file in memory.
    let mut mapped = rows
        .iter()
        .filter(|r| r["cache"] == "mapped" && r["scheme"] != "empty-lookup");
    assert!(mapped.all(|r| r["faults"].parse::<u64>().unwrap() > 0));
    let others = rows.iter().filter(|r| r["cache"] != "mapped");
    assert!(others.clone().count() > 0 && others.clone().all(|r| r["faults"].is_empty()));
}

#[test]
fn programs_are_asked_for_the_stacks_they_were_seen_with() {
    let dir = tempdir().unwrap();
    let more = ["-m", "^ropes/", "-s", "^exact$", "--processes", "1"];
    succeed(latency_of(dir.path(), &more));
    let rows = samples(dir.path());
    assert_there_and_back(&rows, &with_controls(&["exact"]));
    assert_eq!(values(&rows, "queries"), ["miss", "uniform", "walk"].into());
}

#[test]
fn a_killed_run_resumes_without_loss_or_duplicates() {
    let dir = tempdir().unwrap();
    kill_midway(dir.path());
    assert!(!dir.path().join("samples.csv").exists());
    let kept = finished(dir.path());
    assert!(kept.len() < 4, "killed too late to show anything");
    let kept: Vec<_> = kept
        .into_iter()
        .map(|p| (fs::read(&p).unwrap(), p))
        .collect();

    let more = ["--processes", "4", "--resume"];
    succeed(latency(dir.path(), "^consed$", &more));
    for (bytes, path) in kept {
        assert!(fs::read(&path).unwrap() == bytes, "{path:?} is another");
    }
    let rows = samples(dir.path());
    assert_there_and_back(&rows, &with_controls(&["exact", "consed"]));
    assert_eq!(values(&rows, "process"), ["0", "1", "2", "3"].into());
}

#[test]
fn a_changed_scheme_is_measured_again_alone() {
    let dir = tempdir().unwrap();
    let both = "^(consed|ranges)$";
    succeed(latency(dir.path(), both, &["--processes", "1"]));
    let before = samples(dir.path());

    // As if the code of one scheme had been another when the run was made.
    let path = dir.path().join("timing/1/group-0.json");
    let mut group: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for scheme in group["schemes"].as_array_mut().unwrap() {
        if scheme["name"] == "consed" {
            scheme["code"] = "another".into();
        }
    }
    fs::write(&path, group.to_string()).unwrap();
    succeed(latency(dir.path(), both, &["--processes", "1", "--resume"]));
    let after = samples(dir.path());

    let ns = |rows: &[Row], scheme: &str| -> Vec<String> {
        let rows = rows.iter().filter(|r| r["scheme"] == scheme);
        rows.map(|r| r["ns"].clone()).collect()
    };
    assert_eq!(ns(&before, "ranges"), ns(&after, "ranges"));
    assert_ne!(ns(&before, "consed"), ns(&after, "consed"));
    let old: BTreeSet<&str> = values(&before, "block");
    for (block, rows) in blocks(&after) {
        let seen: BTreeSet<&str> = rows.iter().map(|r| r["scheme"].as_str()).collect();
        let rival = if old.contains(block[1]) {
            "ranges"
        } else {
            "consed"
        };
        assert_eq!(seen, with_controls(&["exact", rival]), "{block:?}");
    }
}

#[test]
fn other_options_cannot_resume_a_run() {
    let dir = tempdir().unwrap();
    succeed(latency(dir.path(), "^consed$", &["--processes", "1"]));
    let more = ["--processes", "1", "--seed", "7", "--resume"];
    let mut resumed = latency(dir.path(), "^consed$", &more);
    let output = resumed.stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("without --seed"), "{text}");
}

#[test]
fn a_wrong_answer_while_timing_ends_with_exit_code_4() {
    let dir = tempdir().unwrap();
    kill_midway(dir.path());
    let work = dir.path().join("timing/1");
    let rows = finished(dir.path()).remove(0);
    let name = rows.file_stem().unwrap().to_str().unwrap();
    let inputs = work.join(name.splitn(3, '-').nth(2).unwrap());
    let path = inputs.join("uniform.consed.expected");
    let mut expected = fs::read(&path).unwrap();
    for byte in expected.iter_mut().step_by(16) {
        *byte ^= 1;
    }
    fs::write(&path, expected).unwrap();

    let mut child = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    child.args(["__time", "--group", "0", "--process", "3", "--folder"]);
    let output = child.arg(&work).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("scheme consed"), "{text}");
    let wrong = |p: &PathBuf| p.to_string_lossy().contains("/0-003-");
    assert!(!finished(dir.path()).iter().any(wrong));
}
