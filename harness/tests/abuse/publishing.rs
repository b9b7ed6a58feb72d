//! `publish`: the published run is replaced by a better one, or not at all.

use super::support::*;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::{TempDir, tempdir};

/// A repository with a full run published in it.
fn repository() -> TempDir {
    let root = tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(source.join("README.md"), root.path().join("README.md")).unwrap();
    copy(&source.join("reports/published"), &published(&root));
    root
}

fn published(root: &TempDir) -> PathBuf {
    root.path().join("reports/published")
}

fn publish(run: &Path, root: &TempDir, more: &[&str]) -> Output {
    let mut arguments = vec![run.as_os_str()];
    arguments.extend(["--root".as_ref(), root.path().as_os_str()]);
    arguments.extend(more.iter().map(OsStr::new));
    lab("publish", &arguments)
}

#[test]
fn publishing_the_published_run_never_deletes_it() {
    let root = repository();
    let before = contents(root.path());
    for more in [&[][..], &["--force"]] {
        let output = publish(&published(&root), &root, more);
        assert_refused(&output, &["published already"]);
        assert!(contents(root.path()) == before);
    }
}

#[test]
fn a_run_without_a_winner_never_replaces_one_with() {
    let root = repository();
    let runs = tempdir().unwrap();
    let run = runs.path().join("run");
    assert_succeeds(&lab_into("run", &["-s", "^exact$"], &run));
    let before = contents(root.path());
    assert_refused(
        &publish(&run, &root, &["--force"]),
        &["recommends no scheme"],
    );
    assert!(contents(root.path()) == before);
}

#[test]
fn less_is_never_published_over_more_without_a_word() {
    let root = repository();
    let runs = tempdir().unwrap();
    let run = runs.path().join("run");
    assert_succeeds(&lab_into("bench", &[], &run));
    let before = contents(root.path());
    assert_refused(&publish(&run, &root, &[]), &["processes: 2", "--force"]);
    assert!(contents(root.path()) == before);
}

#[test]
fn a_run_that_is_not_whole_is_never_published() {
    let root = repository();
    let runs = tempdir().unwrap();
    let run = runs.path().join("run");
    copy(&published(&root), &run);
    let before = contents(root.path());
    assert_refused(&publish(&run, &root, &[]), &["run.json", "--force"]);
    assert!(contents(root.path()) == before);

    let bench = runs.path().join("bench");
    assert_succeeds(&lab_into("bench", &[], &bench));
    unfinish(&bench);
    for more in [&[][..], &["--force"]] {
        assert_refused(&publish(&bench, &root, more), &["not finished", "--resume"]);
        assert!(contents(root.path()) == before);
    }
}

#[test]
fn a_readme_that_cannot_be_renewed_never_costs_the_published_run() {
    let root = repository();
    let run = tempdir().unwrap();
    copy(&published(&root), run.path());
    let readme = root.path().join("README.md");
    fs::write(&readme, "no table").unwrap();
    let before = contents(root.path());
    assert_refused(
        &publish(run.path(), &root, &["--force"]),
        &["README.md", "results: begin"],
    );
    assert!(contents(root.path()) == before);

    // What is written in the README's place cannot be made.
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"),
        &readme,
    )
    .unwrap();
    fs::create_dir(root.path().join("README.md.partial")).unwrap();
    let before = contents(root.path());
    assert_refused(&publish(run.path(), &root, &["--force"]), &["README.md"]);
    assert!(contents(root.path()) == before);
}

#[test]
fn a_published_run_never_takes_foreign_or_raw_files_along() {
    let root = repository();
    let run = tempdir().unwrap();
    copy(&published(&root), run.path());
    for name in ["letter.md", "samples.csv", "shard.json"] {
        fs::write(run.path().join(name), "").unwrap();
    }
    fs::remove_file(run.path().join("samples.csv")).unwrap();
    let before = contents(&published(&root));
    assert_succeeds(&publish(run.path(), &root, &["--force"]));
    let after = contents(&published(&root));
    assert!(before.keys().eq(after.keys()), "{:?}", after.keys());
    let beside = fs::read_dir(root.path().join("reports")).unwrap().count();
    assert_eq!(beside, 1, "something was left beside");
}

#[test]
fn an_execution_comes_from_the_last_folder_that_has_it() {
    let root = repository();
    let runs = tempdir().unwrap();
    let (run, one, two) = (
        runs.path().join("run"),
        runs.path().join("one"),
        runs.path().join("two"),
    );
    copy(&published(&root), &run);
    let all = fs::read_to_string(run.join("wasmtime.csv")).unwrap();
    let (head, rows) = all.split_once('\n').unwrap();
    let module = rows.split(',').nth(1).unwrap();
    let is_own = |row: &&str| row.split(',').nth(1) == Some(module);
    let own: Vec<&str> = rows.lines().filter(is_own).collect();
    for (folder, rows) in [(&one, &own[..]), (&two, &own[..1])] {
        fs::create_dir(folder).unwrap();
        let table = format!("{head}\n{}\n", rows.join("\n"));
        fs::write(folder.join("wasmtime.csv"), table).unwrap();
    }
    let both = [
        "--force",
        "--wasmtime",
        one.to_str().unwrap(),
        "--wasmtime",
        two.to_str().unwrap(),
    ];
    assert_succeeds(&publish(&run, &root, &both));
    let now = fs::read_to_string(published(&root).join("wasmtime.csv")).unwrap();
    let collector = own[0].split(',').nth(3).unwrap();
    let kept = own
        .iter()
        .filter(|row| row.split(',').nth(3) != Some(collector));
    assert_eq!(now.lines().filter(is_own).count(), 1 + kept.count());
    assert_eq!(
        now.lines().filter(|row| !is_own(row)).count(),
        all.lines().filter(|row| !is_own(row)).count(),
        "what the folders do not have stays"
    );
    fs::remove_file(two.join("wasmtime.csv")).unwrap();
    let failed = publish(&run, &root, &both);
    assert!(!failed.status.success());
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(said.contains("two: holds no wasmtime.csv"), "{said}");
}

#[test]
fn a_stress_comes_and_goes_with_the_executions_that_it_belongs_to() {
    let root = repository();
    let runs = tempdir().unwrap();
    let (run, wasmtime) = (runs.path().join("run"), runs.path().join("wasmtime"));
    copy(&published(&root), &run);
    fs::create_dir(&wasmtime).unwrap();
    fs::copy(run.join("wasmtime.csv"), wasmtime.join("wasmtime.csv")).unwrap();
    let stress = wasmtime.join("wasmtime-stress.csv");
    let head = "scheme,collector,memo,functions,frames,heap_mib,pause_ns,pause_ratio,pause_lo,pause_hi,walk_share,frame_ns,processes";
    fs::write(
        &stress,
        format!("{head}\nexact,drc,0,64,10,1,5.0,1.0,,,0.5,7.0,1\n"),
    )
    .unwrap();
    let more = ["--force", "--wasmtime", wasmtime.to_str().unwrap()];
    let is_there = || published(&root).join("wasmtime-stress.csv").exists();
    assert_succeeds(&publish(&run, &root, &more));
    assert!(is_there());
    copy(&published(&root), &run);
    assert_succeeds(&publish(&run, &root, &["--force"]));
    assert!(is_there(), "it is one of the run's files");
    fs::remove_file(&stress).unwrap();
    assert_succeeds(&publish(&run, &root, &more));
    assert!(!is_there(), "these executions had none");
}
