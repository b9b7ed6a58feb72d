//! Files and modules: which one is meant, and that one never loses another.

use super::support::*;
use std::fs;
use std::process::{Command, Output};
use tempfile::tempdir;

/// The different values of a column of CSV.
fn column(name: &str, output: &Output) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let headers = reader.headers().unwrap();
    let at = headers.iter().position(|header| header == name).unwrap();
    let mut values: Vec<String> = Vec::new();
    for row in reader.records() {
        let value = row.unwrap()[at].to_owned();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn modules(output: &Output) -> Vec<String> {
    column("module", output)
}

#[test]
fn ones_own_files_never_come_with_the_corpus_unasked() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("mine.wat"));
    let file_name = file.to_str().unwrap();
    let flags = ["-s", "^blocks$", "--csv"];
    let only = call("size", &[&flags[..], &["--only"]].concat(), &[&file]);
    assert_succeeds(&only);
    assert_eq!(modules(&only), ["mine"]);
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
    let flags = [&TIMED_ONCE[..], &["-s", "^blocks$", "--only"]].concat();
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
    assert_eq!(modules(&output), ["x/app", "y/app"]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("x/app") && page.contains("y/app"));
    let size = call(
        "size",
        &["-s", "^blocks$", "--csv", "--only"],
        &[&one, &other],
    );
    assert_eq!(modules(&size), ["x/app", "y/app"]);
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
    assert_eq!(modules(&output), ["bignum", "bignum.wat"]);
}

#[test]
fn a_damaged_file_never_loses_the_others() {
    let dir = tempdir().unwrap();
    let good = program("lisp", dir.path().join("good.wat"));
    let engine = wasmtime::Engine::default();
    let cwasm = engine.precompile_module(&fs::read(&good).unwrap()).unwrap();
    let bad = dir.path().join("bad.cwasm");
    let page = dir.path().join("page.html");
    // Cut short; and with a map where no call is, which not every scheme can
    // encode.
    let mut moved = cwasm.clone();
    moved[first_pc_of_the_stack_maps(&cwasm)] ^= 2;
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
    assert_eq!(modules(&output), ["hoot-reflect"]);

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
fn a_lab_without_its_corpus_never_refuses_what_needs_none() {
    let dir = tempdir().unwrap();
    let file = program("lisp", dir.path().join("mine.wat"));
    let away = |flags: &[&str]| {
        let mut command = command("size", &[], &[]);
        let command = command
            .args(["-s", "^blocks$"])
            .arg("--csv")
            .args(flags)
            .arg(&file);
        command
            .env("STACKMAP_CORPUS", "/nonexistent")
            .output()
            .unwrap()
    };
    let output = away(&["--only"]);
    assert_succeeds(&output);
    assert_eq!(modules(&output), ["mine"]);
    assert_refused(
        &away(&["-m"]),
        &["/nonexistent: ", "--corpus DIR or STACKMAP_CORPUS"],
    );
    let soak = ["-s", "^blocks$", "--collections", "10"];
    assert_succeeds(&call("soak", &soak, &[]));
}

#[test]
fn modules_are_never_mixed_up_for_their_names() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("run");
    let long = "n".repeat(251);
    let names = ["a.b", "a-b", long.as_str()];
    let files = names.map(|name| program("lisp", dir.path().join(format!("{name}.wat"))));
    let mut bench = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    let output = bench
        .args(["bench", "-s", "^blocks$"])
        .args(TIMED_ONCE)
        .arg("--only")
        .args(&files)
        .arg("--out")
        .arg(&out);
    assert_succeeds(&output.output().unwrap());
    let samples = fs::read_to_string(out.join("samples.csv")).unwrap();
    for name in names {
        assert!(samples.contains(&format!(",{name},")), "{name}");
    }
}
