//! Signals: a run that is told to end says how to go on with it.

#![cfg(unix)]

use super::support::*;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use tempfile::tempdir;

/// Starts a run, sends a signal once it has named its folder, and gives its
/// exit code and what else it said.
fn interrupt(subcommand: &str, out: &std::path::Path, signal: &str) -> (Option<i32>, String) {
    let mut run = command(subcommand, &[], &["--out".as_ref(), out.as_os_str()]);
    let mut run = run
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let id = run.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
    let mut rest = String::new();
    let code = run.wait().unwrap().code();
    stderr.read_to_string(&mut rest).unwrap();
    (code, rest)
}

#[test]
fn an_interrupted_run_never_ends_without_a_word() {
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        let dir = tempdir().unwrap();
        let out = dir.path().join("a run");
        let (code, said) = interrupt("latency", &out, signal);
        assert_eq!(code, Some(expected), "{said}");
        let last = said.lines().last().unwrap_or_default();
        let command = last.split_once("go on with: ").map(|(_, command)| command);
        let command = command.unwrap_or_else(|| panic!("{said}"));
        assert!(
            last.starts_with("interrupted: ") && last.contains("a run"),
            "{said}"
        );
        // The line can be pasted into a shell as it is.
        let output = Command::new("sh").args(["-c", command]).output().unwrap();
        assert_succeeds(&output);
        assert!(out.join("samples.csv").exists());
    }
}

#[test]
fn an_interrupted_share_never_bars_its_own_repetition() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("share");
    let (code, said) = interrupt("run", &out, "TERM");
    assert_eq!(code, Some(143), "{said}");
    assert!(said.contains("--out"), "{said}");
    assert_succeeds(&lab_into("run", &[], &out));
}
