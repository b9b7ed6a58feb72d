//! Results folders: whose they are, and who may write into them.

use super::support::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;
use tempfile::tempdir;

#[test]
fn resuming_with_other_options_never_touches_the_run() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    assert_succeeds(&lab_into("bench", &[], &out));
    unfinish(&out);
    let before = contents(&out);
    let others: [(&[&str], &str); 3] = [
        (&["--seed", "7"], "without --seed"),
        (&["-m", "^dart_fmt"], "--module ^hoot"),
        (&["--target", "aarch64"], "without --target"),
    ];
    for (other, named) in others {
        let output = resume("bench", other, &out);
        assert_refused(&output, &[named, "--resume", out.to_str().unwrap()]);
        assert!(contents(&out) == before, "{other:?} left its mark");
    }
    let output = resume("latency", &[], &out);
    assert_refused(&output, &["by `bench`"]);
    assert!(contents(&out) == before);
}

#[test]
fn foreign_files_never_go_for_results() {
    let dir = tempdir().unwrap();
    let foreign = ["thesis.tex", "timing/laps.csv", "plots/garden.svg"];
    for file in foreign {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    let before = contents(dir.path());
    for subcommand in ["bench", "latency", "run"] {
        let output = lab_into(subcommand, &[], dir.path());
        assert_refused(&output, &["not empty", "--out"]);
        let output = lab_into(subcommand, &["--force"], dir.path());
        assert_refused(&output, &["timing", "move it away"]);
        assert!(contents(dir.path()) == before, "{subcommand}");
    }
    assert!(!dir.path().join(".lock").exists());

    fs::remove_dir_all(dir.path().join("timing")).unwrap();
    assert_succeeds(&lab_into("run", &["--force"], dir.path()));
    for file in ["thesis.tex", "plots/garden.svg"] {
        assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), "mine");
    }
}

#[test]
fn a_finished_run_never_gives_way_unasked() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    assert_succeeds(&lab_into("latency", &[], &out));
    fs::write(out.join("note.txt"), "mine").unwrap();
    let before = contents(&out);
    for subcommand in ["latency", "run", "bench"] {
        let output = lab_into(subcommand, &[], &out);
        assert_refused(&output, &["finished run", "--out", "--force"]);
        assert!(contents(&out) == before, "{subcommand} left its mark");
    }
    // Asked for: of the old run nothing is left, and of the rest everything.
    assert_succeeds(&lab_into("run", &["--force"], &out));
    for gone in [
        "samples.csv",
        "samples-dependent.csv",
        "timing",
        "timing-usage.json",
    ] {
        assert!(!out.join(gone).exists(), "{gone}");
    }
    assert!(out.join("size.csv").exists());
    assert_eq!(fs::read_to_string(out.join("note.txt")).unwrap(), "mine");
}

#[test]
fn an_unfinished_run_never_gives_way_to_another() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    assert_succeeds(&lab_into("latency", &[], &out));
    unfinish(&out);
    let before = contents(&out);
    let output = lab_into("latency", &[], &out);
    assert_refused(
        &output,
        &["unfinished", "--processes 2", "--resume", "--force"],
    );
    let output = lab_into("latency", &["--seed", "7"], &out);
    assert_refused(&output, &["unfinished", "without --seed", "--force"]);
    assert!(contents(&out) == before);
}

#[test]
fn a_second_run_never_takes_a_folder_from_the_first() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    let place = ["--out".as_ref(), out.as_os_str()];
    let mut first = command("latency", &[], &place);
    first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().unwrap();
    while !out.join("timing").exists() {
        assert!(first.try_wait().unwrap().is_none(), "ended too early");
        sleep(Duration::from_millis(1));
    }
    for more in [&[][..], &["--force"]] {
        assert_refused(&lab_into("latency", more, &out), &["at work", "--out"]);
    }
    assert_refused(&resume("latency", &[], &out), &["at work"]);
    assert!(first.wait().unwrap().success());
    let rows = fs::read_to_string(out.join("samples.csv")).unwrap();
    let visits = rows.lines().map(|row| row.rsplitn(5, ',').last().unwrap());
    let mut visits: Vec<&str> = visits.collect();
    let all = visits.len();
    visits.sort_unstable();
    visits.dedup();
    assert_eq!(visits.len(), all, "rows came twice");
}

#[test]
fn what_is_merged_is_never_where_the_whole_goes() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("share");
    assert_succeeds(&lab_into("run", &[], &out));
    let before = contents(&out);
    for more in [&[][..], &["--force"]] {
        let output = lab_into("merge", &[&[out.to_str().unwrap()], more].concat(), &out);
        assert_refused(&output, &["to be merged", "--out"]);
        assert!(contents(&out) == before);
    }
}

#[test]
fn a_share_that_is_not_whole_is_never_merged() {
    let dir = tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    assert_succeeds(&lab_into("run", &[], &at("share")));
    let merge = |share: &str| lab_into("merge", &[at(share).to_str().unwrap()], &at("whole"));

    copy(&at("share"), &at("unfinished"));
    unfinish(&at("unfinished"));
    assert_refused(
        &merge("unfinished"),
        &["unfinished: ", "not finished", "run"],
    );

    copy(&at("share"), &at("without"));
    fs::remove_file(at("without/anatomy.csv")).unwrap();
    assert_refused(&merge("without"), &["without/anatomy.csv"]);

    copy(&at("share"), &at("short"));
    let sizes = fs::read_to_string(at("short/size.csv")).unwrap();
    let short: Vec<&str> = sizes.lines().take(2).collect();
    fs::write(at("short/size.csv"), short.join("\n") + "\n").unwrap();
    assert_refused(&merge("short"), &["short/size.csv", "changed"]);

    copy(&at("share"), &at("bare"));
    fs::remove_file(at("bare/run.json")).unwrap();
    assert_refused(&merge("bare"), &["bare: ", "run.json"]);

    assert!(!at("whole").exists());
    assert_succeeds(&merge("share"));
}

#[test]
fn a_share_that_was_killed_never_bars_its_own_repetition() {
    let dir = tempdir().unwrap();
    let (once, again) = (dir.path().join("once"), dir.path().join("again"));
    assert_succeeds(&lab_into("run", &[], &once));
    // It is soon over, and sometimes before it is killed.
    let was_killed = (0..20).any(|_| {
        let _ = fs::remove_dir_all(&again);
        let mut first = command("run", &[], &["--out".as_ref(), again.as_os_str()]);
        let mut first = first.stderr(Stdio::null()).spawn().unwrap();
        while !again.join("size.csv").exists() && first.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        first.kill().unwrap();
        !first.wait().unwrap().success()
    });
    assert!(was_killed, "it always ended too early");
    fs::write(again.join("costs.csv.partial"), "half").unwrap();

    let output = lab_into("run", &["--seed", "7"], &again);
    assert_refused(&output, &["unfinished", "without --seed"]);
    assert_succeeds(&lab_into("run", &[], &again));
    assert!(!again.join("costs.csv.partial").exists());
    for table in ["modules", "schemes", "size", "costs", "safety", "anatomy"] {
        let read = |dir: &Path| fs::read(dir.join(format!("{table}.csv"))).ok();
        assert_eq!(read(&once), read(&again), "{table}");
    }
}

#[test]
fn the_newest_run_is_never_an_interrupted_one() {
    let dir = tempdir().unwrap();
    let results = dir.path().join("results");
    let frontier = || {
        let mut command = command("frontier", &[], &[]);
        command.current_dir(dir.path()).output().unwrap()
    };
    assert_succeeds(&lab_into("run", &[], &results.join("finished")));
    copy(&results.join("finished"), &results.join("newer"));
    unfinish(&results.join("newer"));
    fs::write(results.join("newer/size.csv"), "cut off").unwrap();
    assert_succeeds(&frontier());

    fs::remove_dir_all(results.join("finished")).unwrap();
    assert_refused(&frontier(), &["no finished run"]);
}

#[test]
fn two_runs_never_get_one_name() {
    let dir = tempdir().unwrap();
    let start = || {
        let mut command = command("bench", &[], &[]);
        command.current_dir(dir.path()).stderr(Stdio::piped());
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    // Within the same second, but for bad luck.
    let runs = [start(), start(), start()].map(|mut run| {
        let mut line = String::new();
        let mut stderr = BufReader::new(run.stderr.take().unwrap());
        stderr.read_line(&mut line).unwrap();
        run.kill().unwrap();
        run.wait().unwrap();
        line
    });
    // One that finds the name taken in the same moment says so and ends.
    let named: Vec<&String> = runs
        .iter()
        .filter(|line| !line.contains("at work"))
        .collect();
    let folders = fs::read_dir(dir.path().join("results")).unwrap().count();
    assert_eq!(named.len(), folders, "{runs:?}");
}

#[test]
fn the_folder_is_never_named_only_at_the_end() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    let output = lab_into("run", &[], &out);
    let first = stderr(&output).lines().next().map(str::to_owned);
    assert_eq!(first, Some(format!("results go to {}", out.display())));
}

/// A file-size limit stands for a full disk: it needs no rights and no mount.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_never_costs_what_was_measured() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    let processes = ["--processes", "6"];
    let lab = command("latency", &processes, &["--out".as_ref(), out.as_os_str()]);
    let mut shell = std::process::Command::new("bash");
    // Blocks of 1,024 bytes: the rows of a process fit, those of all do not.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 180; exec \"$0\" \"$@\""]);
    shell.arg(lab.get_program()).args(lab.get_args());
    let output = shell.output().unwrap();
    assert_refused(&output, &["samples.csv"]);
    let rows = contents(&out.join("timing/1/rows"));
    assert_eq!(rows.len(), 6);

    assert_succeeds(&resume("latency", &processes, &out));
    for (path, bytes) in rows {
        assert!(fs::read(&path).unwrap() == bytes, "{path:?} is another");
    }
}
