//! No child outlives its parent or its limits. Without libtest, because this
//! program is its own child.

use nix::sys::resource::{UsageWho, getrusage};
use stackmap_corpus::Limits;
use stackmap_corpus::child::{self, ChildError};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MEMORY: u64 = 128 << 20;

/// How long to wait for what should happen at once.
const SOON: Duration = Duration::from_secs(20);

/// What is done in processes of their own, by name.
const ROLES: [(&str, fn()); 7] = [
    ("sleep", || std::thread::sleep(Duration::from_secs(600))),
    ("parent", || drop(run("sleep", &limits(MEMORY, 600)))),
    ("grandparent", || drop(run("parent", &limits(MEMORY, 600)))),
    ("allocate", allocate),
    ("greet", || println!("hello")),
    ("fail", || panic!("no \"such\" thing")),
    ("replaced", replaced),
];

fn main() {
    if let Err(error) = child::enter() {
        eprintln!("{error}");
        std::process::exit(1);
    }
    if let Some(name) = std::env::args().nth(1) {
        let role = ROLES.iter().find(|role| role.0 == name);
        return role.expect("an argument for humans").1();
    }
    orphans_end();
    a_child_whose_parent_is_gone_does_not_start();
    memory_is_bounded();
    time_is_bounded();
    the_last_line_is_kept();
    a_replaced_binary_changes_nothing();
    println!("children: ok");
}

fn limits(memory: u64, seconds: u64) -> Limits {
    Limits {
        memory,
        time: Duration::from_secs(seconds),
    }
}

fn run(role: &str, limits: &Limits) -> Result<String, ChildError> {
    let mut command = child::command().unwrap();
    command.arg(role);
    child::run(command, &[], limits).map(|output| String::from_utf8(output.stdout).unwrap())
}

/// Takes memory until there is none.
fn allocate() {
    let mut taken = Vec::new();
    loop {
        taken.push(vec![1u8; 1 << 20]);
    }
}

/// Once told to, prints what a child says.
fn replaced() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
    print!("{}", run("greet", &limits(MEMORY, 60)).unwrap());
}

/// The processes that are below one and have not ended.
fn descendants(process: u32) -> Vec<u32> {
    let children = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    let children = children.split_whitespace().map(|id| id.parse().unwrap());
    children
        .flat_map(|child| [vec![child], descendants(child)].concat())
        .collect()
}

fn is_running(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().unwrap_or_default();
    !state.is_empty() && !state.starts_with('Z')
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn orphans_end() {
    let mut grandparent = child::command()
        .unwrap()
        .arg("grandparent")
        .spawn()
        .unwrap();
    let mut orphans = Vec::new();
    wait_until("no children", || {
        orphans = descendants(grandparent.id());
        orphans.len() == 2
    });
    grandparent.kill().unwrap();
    grandparent.wait().unwrap();
    wait_until("an orphan is left", || {
        !orphans.iter().any(|&id| is_running(id))
    });
}

fn a_child_whose_parent_is_gone_does_not_start() {
    let mut command = child::command().unwrap();
    let terms = command.get_envs().next().unwrap().1.unwrap();
    let terms = terms.to_str().unwrap();
    let terms = terms.replace(&std::process::id().to_string(), "1");
    let output = command
        .env("STACKMAP_LAB_CHILD", terms)
        .arg("greet")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && stderr.contains("is gone"),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
}

fn memory_is_bounded() {
    let error = run("allocate", &limits(MEMORY, 600)).unwrap_err();
    assert_eq!(error.to_string(), "took more than 128 MiB of memory");
    let most = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() as u64 * 1024;
    // Code and constants come on top, because they lie in the program's file.
    assert!(most < 2 * MEMORY, "{most} bytes");
}

fn time_is_bounded() {
    let start = Instant::now();
    let error = run("sleep", &limits(MEMORY, 1)).unwrap_err();
    assert_eq!(error.to_string(), "took longer than 1 s");
    assert!(start.elapsed() < SOON);
}

fn the_last_line_is_kept() {
    let error = run("fail", &limits(MEMORY, 600)).unwrap_err().to_string();
    assert!(error.contains("exit status: 101"), "{error}");
    assert!(error.ends_with("no \"such\" thing"), "{error}");
}

fn a_replaced_binary_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let binary = folder.path().join("binary");
    fs::copy(child::running_binary().unwrap(), &binary).unwrap();
    let mut parent = Command::new(&binary);
    let parent = parent
        .arg("replaced")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut parent = parent.spawn().unwrap();
    fs::remove_file(&binary).unwrap();
    fs::write(&binary, "another program").unwrap();
    parent.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert_eq!(parent.wait_with_output().unwrap().stdout, b"hello\n");
}
