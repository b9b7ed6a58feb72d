//! What cannot be meant is told at once, and what is told helps.

use super::support::*;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::tempdir;

#[test]
fn limits_that_nobody_can_mean_are_never_taken_for_others() {
    for (subcommand, flag, value) in [
        ("inspect", "--memory", "17179869184"),
        ("inspect", "--memory", "0"),
        ("inspect", "--minutes", "0"),
        ("inspect", "--minutes", "307445734561825861"),
        ("soak", "--memory", "0"),
        ("bench", "--processes", "0"),
        ("latency", "--processes", "0"),
        ("latency", "--processes", "100000000000"),
    ] {
        let output = call(subcommand, &[flag, value], &[]);
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
        assert!(stderr(&output).contains(flag), "{}", stderr(&output));
    }
}

#[test]
fn a_temporary_folder_that_does_not_exist_never_gives_an_empty_result() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("a.wat"));
    let page = dir.path().join("page.html");
    let html = ["inspect", "--csv", "--html", page.to_str().unwrap()];
    for flags in [&["costs", "--csv", "--only"][..], &html] {
        let mut command = command(flags[0], &[], &[]);
        let command = command.args(&flags[1..]).arg(&file);
        let output = command.env("TMPDIR", "/nonexistent").output().unwrap();
        assert_succeeds(&output);
        let rows = String::from_utf8(output.stdout).unwrap();
        assert!(
            rows.contains(",blocks,") || rows.contains("\nblocks,"),
            "{rows}"
        );
    }
    assert!(page.exists());
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
fn rules_that_say_nothing_are_never_told_late() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    let file = dir.path().join("rules.toml");
    for (text, named) in [
        (None, "No such file"),
        (Some("x = 1"), "reports/decision.toml"),
        (Some("[material]\ncwasm = 0"), "pause"),
    ] {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
        let command = command.args(["bench", "--quick", "--rules"]).arg(&file);
        let output = command.arg("--out").arg(&out).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{text:?}");
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
        assert!(!out.exists(), "{text:?}");
    }
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
    let sizes = |level: &[&str]| {
        let flags = [&["-s", "^consed$", "--csv"], level].concat();
        let output = call("inspect", &flags, &[&file]);
        assert_succeeds(&output);
        output.stdout
    };
    assert_eq!(sizes(&["--opt-level", "speed"]), sizes(&[]));
    assert_ne!(sizes(&["--opt-level", "none"]), sizes(&[]));

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
    let output = call(
        "inspect",
        &["--html", "/dev/full"],
        &[&corpus().join("programs/lisp.wat")],
    );
    assert_eq!(stderr(&output).matches("os error").count(), 1);
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

#[test]
fn a_page_never_replaces_what_it_is_about() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("a.wat"));
    let before = fs::read(&file).unwrap();
    let again = dir.path().join("../").join(dir.path().file_name().unwrap());
    for page in [file.clone(), again.join("a.wat")] {
        let output = call("inspect", &["--html", page.to_str().unwrap()], &[&file]);
        assert_refused(&output, &["a.wat", "choose another --html"]);
        assert_eq!(fs::read(&file).unwrap(), before);
    }
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_never_read_to_it() {
    let output = call("inspect", &[], &[Path::new("/dev/zero")]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("/dev/zero: has more than "), "{said}");
}
