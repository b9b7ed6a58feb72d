//! The processes that compile, step and soak: they end with the lab, and keep to
//! their limits.

use super::support::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::{TempDir, tempdir, tempdir_in};

/// How long to wait for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// Text that Wasmtime takes seconds to compile.
fn large(dir: &TempDir) -> PathBuf {
    let body = "(i64.const 7) (i64.mul) (local.get 0) (i64.xor)".repeat(300_000);
    let wat = format!("(module (func (param i64) (result i64) (local.get 0) {body}))");
    let path = dir.path().join("large.wat");
    fs::write(&path, wat).unwrap();
    path
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten();
    let lists = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("children")));
    let lists: Vec<String> = lists.map(Result::unwrap_or_default).collect();
    lists
        .join(" ")
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect()
}

fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().unwrap_or_default();
    !state.is_empty() && !state.starts_with('Z')
}

/// A process that is ended when dropped.
struct Running(Child);

impl Running {
    fn start(subcommand: &str, arguments: &[&str]) -> Running {
        let mut command = command(subcommand, &[], &[]);
        command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running(command.spawn().unwrap())
    }

    /// The children, once there is one.
    fn children(&self) -> Vec<u32> {
        let mut found = Vec::new();
        wait_until("no child was started", || {
            found = children(self.0.id());
            !found.is_empty()
        });
        found
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn no_child_outlives_its_parent() {
    let dir = tempdir().unwrap();
    let large = large(&dir);
    let compile = [large.to_str().unwrap()];
    let soak = ["-s", "^blocks$", "--every", "1000000"];
    let out = dir.path().join("run");
    let time = ["--force", "--out", out.to_str().unwrap()];
    for (subcommand, arguments) in [
        ("inspect", &compile[..]),
        ("soak", &soak),
        ("latency", &time),
    ] {
        for signal in ["TERM", "KILL"] {
            let mut parent = Running::start(subcommand, arguments);
            let orphans = parent.children();
            let id = parent.0.id().to_string();
            let sent = Command::new("kill").args(["-s", signal, &id]).status();
            assert!(sent.unwrap().success());
            parent.0.wait().unwrap();
            wait_until("an orphan is left", || {
                !orphans.iter().any(|&o| is_running(o))
            });
        }
    }
}

#[test]
fn no_child_takes_all_memory() {
    let dir = tempdir().unwrap();
    let large = large(&dir);
    let compile = ["--memory", "3", large.to_str().unwrap()];
    let soak = ["-s", "^blocks$", "--every", "1000000", "--memory", "3"];
    for (subcommand, arguments) in [("inspect", &compile[..]), ("soak", &soak)] {
        let parent = Running::start(subcommand, arguments);
        let limits = format!("/proc/{}/limits", parent.children()[0]);
        wait_until("no limit", || {
            let limits = fs::read_to_string(&limits).unwrap();
            let line = limits
                .lines()
                .find(|line| line.starts_with("Max data size"));
            let bytes = (3u64 << 30).to_string();
            line.unwrap()
                .split_whitespace()
                .filter(|word| *word == bytes)
                .count()
                == 2
        });
    }
}

#[test]
fn a_binary_that_is_replaced_never_ends_what_runs() {
    let binary = Path::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    let dir = tempdir_in(binary.parent().unwrap()).unwrap();
    let copy = dir.path().join("lab");
    let out = dir.path().join("run");
    let out = ["--out", out.to_str().unwrap()];
    let bench = [&out[..], &TIMED_ONCE, &["--only"]].concat();
    for (subcommand, flags) in [
        ("inspect", &[][..]),
        ("costs", &["--only"]),
        ("bench", &bench),
    ] {
        // The first file lets the lab wait until its binary is another one.
        let pipe = dir.path().join(format!("{subcommand}.wat"));
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        fs::hard_link(binary, &copy).unwrap();
        let mut command = Command::new(&copy);
        command
            .arg(subcommand)
            .args(["-s", "^blocks$"])
            .args(flags)
            .arg(&pipe);
        let lab = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let wat = fs::read(corpus().join("programs/lisp.wat")).unwrap();
        let mut writer = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        fs::remove_file(&copy).unwrap();
        fs::write(&copy, "another program").unwrap();
        std::io::Write::write_all(&mut writer, &wat).unwrap();
        drop(writer);
        let output = lab.wait_with_output().unwrap();
        assert_succeeds(&output);
        assert!(String::from_utf8(output.stdout).unwrap().contains("blocks"));
        fs::remove_file(&copy).unwrap();
    }
}
