//! Files and modules, and the processes that compile, time and soak them.

use super::support::*;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::{TempDir, tempdir, tempdir_in};

/// One scheme, so that nothing takes long.
const ONE: [&str; 2] = ["-s", "^blocks$"];

/// How long to wait for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// The folder of the real corpus.
fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("corpus")
}

/// Copies a program of the corpus.
fn program(name: &str, to: PathBuf) -> PathBuf {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(corpus().join(format!("programs/{name}.wat")), &to).unwrap();
    to
}

fn call(subcommand: &str, flags: &[&str], files: &[&Path]) -> Output {
    let arguments: Vec<&OsStr> = flags.iter().map(OsStr::new).collect();
    let files = files.iter().map(|file| file.as_os_str());
    lab(
        subcommand,
        &arguments.into_iter().chain(files).collect::<Vec<_>>(),
    )
}

/// The different values of the first column but one, or but none.
fn column(output: &Output, nth: usize) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut values: Vec<String> = Vec::new();
    for line in text.lines().skip(1) {
        let value = line.split(',').nth(nth).unwrap().to_owned();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// Modules in the rows of `size --csv`, and in those of `inspect --csv`.
fn sized(output: &Output) -> Vec<String> {
    column(output, 1)
}

fn inspected(output: &Output) -> Vec<String> {
    column(output, 0)
}

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
fn ones_own_files_never_come_with_the_corpus_unasked() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("mine.wat"));
    let file_name = file.to_str().unwrap();
    let flags = [&["--csv"], &ONE[..]].concat();
    let only = call("size", &[&flags[..], &["--only"]].concat(), &[&file]);
    assert_succeeds(&only);
    assert_eq!(sized(&only), ["mine"]);
    let longer = [&flags[..], &["-m", file_name, "-m", "^$"]].concat();
    assert_eq!(call("size", &longer, &[]).stdout, only.stdout);
    let both = call("size", &["-m", "lisp", "--only"], &[&file]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_module_of_ones_own_is_never_timed_in_vain() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("mine.wat"));
    let out = dir.path().join("run");
    let flags = ["--quick", "--processes", "1", "-s", "^blocks$", "--only"];
    let mut bench = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    let output = bench
        .arg("bench")
        .args(flags)
        .arg(&file)
        .arg("--out")
        .arg(&out);
    assert_succeeds(&output.output().unwrap());
    assert!(out.join("report.html").is_file());
}

#[test]
fn two_files_of_one_stem_are_never_one_module() {
    let dir = tempdir().unwrap();
    let one = program("lisp", dir.path().join("x/app.wat"));
    let other = program("json", dir.path().join("y/app.wat"));
    let page = dir.path().join("page.html");
    let flags = ["-s", "^blocks$", "--csv", "--html", page.to_str().unwrap()];
    let output = call("inspect", &flags, &[&one, &other]);
    assert_succeeds(&output);
    assert_eq!(inspected(&output), ["x/app", "y/app"]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("x/app") && page.contains("y/app"));
    let size = call(
        "size",
        &["-s", "^blocks$", "--csv", "--only"],
        &[&one, &other],
    );
    assert_eq!(sized(&size), ["x/app", "y/app"]);
}

#[test]
fn one_file_is_never_taken_for_two() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("x/app.wat"));
    let again = dir.path().join("x/../x/app.wat");
    for (subcommand, flags) in [("inspect", &[][..]), ("size", &["--only"])] {
        let output = call(subcommand, flags, &[&file, &again]);
        assert_refused(&output, &["x/../x/app.wat", "the same file as"]);
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_file_named_like_a_program_is_never_taken_for_it() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("bignum.wat"));
    let flags = ["-s", "^blocks$", "--csv", "-m", "^bignum/", "-m"];
    let output = call("size", &flags, &[&file]);
    assert_succeeds(&output);
    assert_eq!(sized(&output), ["bignum", "bignum.wat"]);
}

#[test]
fn a_damaged_file_never_loses_the_others() {
    let dir = tempdir().unwrap();
    let good = program("lisp", dir.path().join("good.wat"));
    let engine = wasmtime::Engine::default();
    let cwasm = engine.precompile_module(&fs::read(&good).unwrap()).unwrap();
    let bad = dir.path().join("bad.cwasm");
    let page = dir.path().join("page.html");
    let section = first_pc_of_the_stack_maps(&cwasm);
    // Cut short; and with a map where no call is, of which some schemes make
    // nothing.
    let mut moved = cwasm.clone();
    moved[section] ^= 2;
    for damaged in [&cwasm[..cwasm.len() / 2], &moved] {
        fs::write(&bad, damaged).unwrap();
        let html = ["--csv", "--html", page.to_str().unwrap()];
        for (subcommand, flags) in [("inspect", &html[..]), ("size", &["--csv", "--only"])] {
            let output = call(subcommand, flags, &[&good, &bad]);
            assert_eq!(output.status.code(), Some(1));
            let stderr = stderr(&output);
            assert!(stderr.contains("bad.cwasm: "), "{stderr}");
            assert!(stderr.contains("1 module skipped"), "{stderr}");
            let rows = String::from_utf8(output.stdout).unwrap();
            assert!(rows.contains("good,") && !rows.contains("bad"), "{rows}");
        }
        assert!(fs::read_to_string(&page).unwrap().contains("good"));
        fs::remove_file(&page).unwrap();
    }
}

/// Where in a `.cwasm` the first return address with a map stands.
fn first_pc_of_the_stack_maps(cwasm: &[u8]) -> usize {
    use object::{Object, ObjectSection};
    let elf = object::File::parse(cwasm).unwrap();
    let section = elf.section_by_name(".wasmtime.stackmap").unwrap();
    // After the count.
    section.file_range().unwrap().0 as usize + 4
}

#[test]
fn no_child_outlives_its_parent() {
    let dir = tempdir().unwrap();
    let large = large(&dir);
    let compile = [large.to_str().unwrap()];
    let soak = ["-s", "^blocks$", "--every", "1000000"];
    for (subcommand, arguments) in [("inspect", &compile[..]), ("soak", &soak)] {
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
    for (subcommand, flags) in [("inspect", &[][..]), ("costs", &["--only"])] {
        // The first file lets the lab wait until its binary is another one.
        let pipe = dir.path().join(format!("{subcommand}.wat"));
        let made = Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        fs::hard_link(binary, &copy).unwrap();
        let mut command = Command::new(&copy);
        command.arg(subcommand).args(ONE).args(flags).arg(&pipe);
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

#[test]
fn a_recording_in_the_place_of_another_is_never_measured() {
    let dir = tempdir().unwrap();
    let recorded = dir.path().join("recorded");
    fs::create_dir(&recorded).unwrap();
    let names = ["hoot-reflect.x86_64.copying", "hoot-reflect.x86_64.drc"];
    let names = names.map(|name| format!("{name}.safepoints"));
    let original = corpus().join("recorded");
    for name in &names {
        fs::copy(original.join(name), recorded.join(name)).unwrap();
    }
    let sums = fs::read_to_string(original.join("SHA256SUMS")).unwrap();
    let ours = |line: &&str| names.iter().any(|name| line.ends_with(name));
    let sums: Vec<&str> = sums.lines().filter(ours).collect();
    fs::write(recorded.join("SHA256SUMS"), sums.join("\n")).unwrap();
    let flags = ["-s", "^blocks$", "--csv", "-m", "^hoot", "--corpus"];
    let output = call("size", &flags, &[dir.path()]);
    assert_succeeds(&output);
    assert_eq!(sized(&output), ["hoot-reflect"]);

    fs::copy(original.join(&names[1]), recorded.join(&names[0])).unwrap();
    let output = call("size", &flags, &[dir.path()]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = stderr(&output);
    assert!(
        stderr.contains(&format!("{}: it holds hoot-reflect/x86_64/drc", names[0])),
        "{stderr}"
    );
    assert!(
        !String::from_utf8(output.stdout)
            .unwrap()
            .contains(",copying,")
    );

    fs::remove_file(recorded.join("SHA256SUMS")).unwrap();
    let output = call("size", &flags, &[dir.path()]);
    assert_refused(&output, &["SHA256SUMS", "version control"]);
    assert_eq!(self::stderr(&output).matches("os error").count(), 1);
}

#[test]
fn limits_that_nobody_can_mean_are_never_taken_for_others() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("a.wat"));
    for (subcommand, flag, value) in [
        ("inspect", "--memory", "17179869184"),
        ("inspect", "--memory", "0"),
        ("inspect", "--minutes", "0"),
        ("inspect", "--minutes", "307445734561825861"),
        ("soak", "--memory", "0"),
        ("bench", "--processes", "0"),
        ("latency", "--processes", "0"),
    ] {
        let output = call(subcommand, &[flag, value], &[]);
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
        assert!(stderr(&output).contains(flag), "{}", stderr(&output));
    }
    for arguments in [&["costs"][..], &["inspect"]] {
        let mut command = command(
            arguments[0],
            &[],
            &[file.as_os_str()][..arguments.len() - 1],
        );
        if arguments[0] == "inspect" {
            command.arg(&file);
        }
        let output = command.env("TMPDIR", "/nonexistent").output().unwrap();
        assert_refused(&output, &["/nonexistent: ", "set TMPDIR"]);
    }
}

#[test]
fn a_misspelling_is_never_told_late() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    for (flags, code, named) in [
        (["-m", "typo.wasm"], 1, "typo.wasm"),
        (["--only", "typo.wasm"], 1, "typo.wasm"),
        (["-m", "^hot-reflect/"], 1, "-m ^hot-reflect/"),
        (["--target", "x86_65"], 2, "x86_65"),
        (["--collector", "boehm"], 2, "boehm"),
        (["--opt-level", "fast"], 2, "fast"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
        let command = command
            .args(["bench", "--quick"])
            .args(flags)
            .arg("--out")
            .arg(&out);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{flags:?}");
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
        assert!(!out.exists(), "{flags:?}");
    }
}

#[test]
fn a_lab_without_its_corpus_never_refuses_what_needs_none() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("mine.wat"));
    let away = |flags: &[&str]| {
        let mut command = command("size", &[], &[]);
        let command = command.args(ONE).arg("--csv").args(flags).arg(&file);
        command
            .env("STACKMAP_CORPUS", "/nonexistent")
            .output()
            .unwrap()
    };
    let output = away(&["--only"]);
    assert_succeeds(&output);
    assert_eq!(sized(&output), ["mine"]);
    assert_refused(
        &away(&["-m"]),
        &["/nonexistent: ", "--corpus DIR or STACKMAP_CORPUS"],
    );
    let soak = ["-s", "^blocks$", "--collections", "10"];
    assert_succeeds(&call("soak", &soak, &[]));
}

#[test]
fn no_error_advises_what_there_is_not() {
    let dir = tempdir().unwrap();
    let help = call("inspect", &["--help"], &[]);
    let help = String::from_utf8(help.stdout).unwrap();
    for flag in [
        "--opt-level",
        "--memory",
        "--minutes",
        "--target",
        "--collector",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
    let file = program("lisp", dir.path().join("a.wat"));
    let code = |level: &[&str]| {
        let flags = [&["modules", "--json"], level, &["--only"]].concat();
        let output = call("list", &flags, &[&file]);
        assert_succeeds(&output);
        let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        rows[0]["text_bytes"].as_u64().unwrap()
    };
    assert!(code(&["--opt-level", "none"]) > code(&[]));

    let component = dir.path().join("component.wat");
    fs::write(&component, "(component (core module))").unwrap();
    let output = call("inspect", &[], &[&component]);
    let said = stderr(&output);
    assert!(
        said.contains("component unbundle --threshold 0 --module-dir"),
        "{said}"
    );
}

#[test]
fn nothing_is_said_twice_or_in_the_wrong_number() {
    let dir = tempdir().unwrap();
    let output = call("inspect", &[], &[Path::new("missing.wasm")]);
    let said = stderr(&output);
    assert_eq!(said.matches("os error 2").count(), 1, "{said}");
    assert!(said.contains("1 module skipped"), "{said}");
    let file = program("lisp", dir.path().join("a.wat"));
    let output = call("verify", &["-s", "^blocks$", "--only"], &[&file]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("answers on 1 module,"), "{text}");
}

#[test]
fn several_files_are_never_read_in_silence() {
    let dir = tempdir().unwrap();
    let files = ["lisp", "json"].map(|name| program(name, dir.path().join(format!("{name}.wat"))));
    let lab = env!("CARGO_BIN_EXE_stackmap-lab");
    let line = format!(
        "{lab} inspect {} {}",
        files[0].display(),
        files[1].display()
    );
    // A terminal, without which there is no progress.
    let mut script = Command::new("script");
    let script = script
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::null());
    let Ok(output) = script.output() else {
        return eprintln!("skipped: no `script` here");
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("compile lisp") && text.contains("compile json"),
        "{text}"
    );
}
