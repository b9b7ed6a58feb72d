//! Results as people handle them: one's own module alone, a module without
//! maps, a run with holes in it, a stream that takes no more.

use super::support::{assert_refused, assert_succeeds, command, copy, lab, lab_into, stderr};
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const WITH_MAPS: &str = r#"(module
  (type $box (struct (field (mut i32))))
  (import "lab" "checkpoint" (func $checkpoint))
  (func (export "run") (param i32) (result i32)
    (local $a (ref $box))
    (local.set $a (struct.new $box (local.get 0)))
    (call $checkpoint)
    (struct.get $box 0 (local.get $a))))"#;

const WITHOUT_MAPS: &str = r#"(module
  (import "lab" "checkpoint" (func $checkpoint))
  (func (export "run") call $checkpoint))"#;

/// A recorded module that is small.
const RECORDED: &str = "^hoot-reflect/x86_64/copying$";

/// Two modules of one's own, and room for results.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(TempDir::new().unwrap());
        fs::write(desk.path("mine.wat"), WITH_MAPS).unwrap();
        fs::write(desk.path("mapless.wat"), WITHOUT_MAPS).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// A call of the lab with nothing but these arguments.
fn plain(arguments: &[&OsStr]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"));
    command.args(arguments);
    command
}

/// Two runs, the second a copy of the first.
fn two_runs(desk: &Desk) -> [PathBuf; 2] {
    let [a, b] = ["a", "b"].map(|name| desk.path(name));
    assert_succeeds(&lab_into("bench", &["-s", "^(blocks|consed)$"], &a));
    copy(&a, &b);
    [a, b]
}

/// Changes the rows of a table, the header left alone.
fn edit(path: &Path, change: impl Fn(&str) -> Option<String>) {
    let text = fs::read_to_string(path).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<String> = rows.lines().filter_map(change).collect();
    assert!(!rows.is_empty());
    fs::write(path, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
}

/// For [`edit`]: leaves out a scheme.
fn all_but_blocks(row: &str) -> Option<String> {
    (!row.starts_with("blocks,")).then(|| row.to_owned())
}

fn gate(a: &Path, b: &Path, flag: &str) -> Output {
    let arguments: [&OsStr; 4] = [a.as_ref(), b.as_ref(), flag.as_ref(), "1%".as_ref()];
    lab("cmp", &arguments)
}

/// Calls what takes a results folder and says something of it.
fn assert_readable(folder: &Path) {
    for subcommand in ["rank", "frontier"] {
        assert_succeeds(&lab(subcommand, &[folder.as_ref()]));
    }
    assert_succeeds(&gate(folder, folder, "--fail-if-larger"));
}

#[test]
fn a_folder_that_is_not_there_is_never_a_run_without_cells() {
    let desk = Desk::new();
    let nowhere = desk.path("nowhere");
    assert_refused(
        &gate(&nowhere, &nowhere, "--fail-if-larger"),
        &["nowhere", "no results folder", "stackmap-lab bench"],
    );
}

/// Row 1.
#[test]
fn timing_ones_own_module_alone_never_ends_in_an_error() {
    let desk = Desk::new();
    let out = desk.path("run");
    let mine = desk.text("mine.wat");
    assert_succeeds(&lab_into("bench", &["-m", "^$", "-m", &mine], &out));
    let latency = fs::read_to_string(out.join("latency.csv")).unwrap();
    assert!(latency.contains(",mine,"), "{latency}");
    assert!(out.join("report.html").exists());
    assert_readable(&out);
}

/// Row 2.
#[test]
fn a_module_without_maps_never_fails_the_report_of_the_others() {
    let desk = Desk::new();
    let out = desk.path("run");
    let (mine, mapless) = (desk.text("mine.wat"), desk.text("mapless.wat"));
    let modules = ["-m", "^$", "-m", &mine, "-m", &mapless];
    assert_succeeds(&lab_into("bench", &modules, &out));
    let size = fs::read_to_string(out.join("size.csv")).unwrap();
    assert!(size.contains("exact,mapless,"), "{size}");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("mapless") && !page.contains("NaN"));

    let share = desk.path("share");
    assert_succeeds(&lab_into("run", &modules, &share));
    let merged = desk.path("merged");
    let arguments: [&OsStr; 3] = [share.as_ref(), "--out".as_ref(), merged.as_ref()];
    assert_succeeds(&lab("merge", &arguments));
    assert_readable(&out);
    assert_readable(&merged);
}

/// Row 2.
#[test]
fn nothing_but_modules_without_maps_is_never_an_error() {
    let desk = Desk::new();
    let (out, page) = (desk.path("run"), desk.path("page.html"));
    let mapless = desk.text("mapless.wat");
    let output = lab_into("bench", &["-m", "^$", "-m", &mapless], &out);
    assert_succeeds(&output);
    let stderr = stderr(&output);
    assert!(stderr.contains("nothing was timed"), "{stderr}");
    assert!(out.join("report.html").exists());
    assert_readable(&out);
    let arguments: [&OsStr; 3] = [mapless.as_ref(), "--html".as_ref(), page.as_ref()];
    assert_succeeds(&lab("inspect", &arguments));
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("mapless") && !page.contains("NaN"));
}

/// Row 7.
#[test]
fn what_the_second_run_lacks_never_passes_the_gate() {
    let desk = Desk::new();
    let [a, b] = two_runs(&desk);
    for flag in ["--fail-if-larger", "--fail-if-slower"] {
        assert_succeeds(&gate(&a, &b, flag));
    }
    for (files, flag) in [
        (&["size.csv"][..], "--fail-if-larger"),
        (&["latency.csv", "pooled.csv"], "--fail-if-slower"),
    ] {
        for file in files {
            edit(&b.join(file), all_but_blocks);
        }
        let output = gate(&a, &b, flag);
        let stderr = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        let named = "missing: blocks, hoot-reflect/x86_64/copying";
        assert!(stderr.contains(named), "{stderr}");
        // More than asked for is no fault.
        assert_succeeds(&gate(&b, &a, flag));
    }
    fs::remove_file(b.join("latency.csv")).unwrap();
    assert_refused(&gate(&a, &b, "--fail-if-slower"), &["latency.csv"]);
}

/// Row 12.
#[test]
fn results_edited_by_hand_are_never_accepted() {
    let desk = Desk::new();
    let [good, bad] = two_runs(&desk);
    let column = |file: &str, name: &str| {
        let text = fs::read_to_string(good.join(file)).unwrap();
        let mut header = text.lines().next().unwrap().split(',');
        header.position(|column| column == name).unwrap()
    };
    let edits = [
        ("size.csv", "ratio", "NaN"),
        ("size.csv", "bytes_index", "1"),
        ("size.csv", "bytes", "-1"),
        ("latency.csv", "ratio", "inf"),
        ("latency.csv", "ns", "-1"),
        ("samples.csv", "ns", "0"),
        ("safety.csv", "count", "999999"),
    ];
    for (file, name, value) in edits {
        let place = column(file, name);
        edit(&bad.join(file), |row| {
            let mut fields: Vec<&str> = row.split(',').collect();
            fields[place] = value;
            Some(fields.join(","))
        });
        for subcommand in ["frontier", "rank"] {
            let output = lab(subcommand, &[bad.as_ref()]);
            assert_refused(&output, &[&format!("{file}: line 2, column `")]);
        }
        fs::copy(good.join(file), bad.join(file)).unwrap();
    }
    edit(&bad.join("size.csv"), |row| Some(format!("{row}\n{row}")));
    let place = "size.csv: line 3 has the same scheme, module, isa, collector";
    assert_refused(&lab("frontier", &[bad.as_ref()]), &[place]);
}

/// Calls that say something on stdout and nothing on stderr.
fn talkative() -> Vec<Command> {
    let calls: [&[&str]; 8] = [
        &["--help"],
        &["bench", "--help"],
        &["list"],
        &["list", "--json"],
        &["list", "modules", "--csv", "-m", RECORDED],
        &["size", "-m", RECORDED],
        &["verify", "-s", "^exact$", "-m", RECORDED],
        &["doctor"],
    ];
    let command = |call: &[&str]| {
        let words: Vec<&OsStr> = call.iter().map(OsStr::new).collect();
        plain(&words)
    };
    calls.map(command).into()
}

/// A pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Row 10.
#[test]
fn a_reader_that_leaves_is_never_a_failure() {
    for mut command in talkative() {
        let output = command.stdout(closed()).stderr(Stdio::piped()).output();
        let output = output.unwrap();
        let said = (output.status.code(), stderr(&output));
        assert_eq!(said, (Some(0), String::new()), "{command:?}");
    }
}

/// Row 10: as behind `| head -1`, with more to come than a pipe holds.
#[test]
fn a_reader_that_has_enough_is_never_a_failure() {
    let arguments = ["safety", "--json", "-m", RECORDED].map(OsStr::new);
    let mut command = plain(&arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let said = (output.status.code(), stderr(&output));
    assert_eq!(said, (Some(0), String::new()));
}

/// Row 10.
#[test]
fn a_reader_that_leaves_never_opens_the_gate() {
    let desk = Desk::new();
    let [a, b] = ["a", "b"].map(|name| desk.path(name));
    assert_succeeds(&lab_into("run", &[], &a));
    copy(&a, &b);
    edit(&b.join("size.csv"), all_but_blocks);
    let folders: [&OsStr; 2] = [a.as_ref(), b.as_ref()];
    let mut command = command("cmp", &["--fail-if-larger", "1%"], &folders);
    command.stdout(closed()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
fn full() -> Stdio {
    let full = fs::File::options().write(true).open("/dev/full");
    full.unwrap().into()
}

/// Row 10.
#[test]
#[cfg(target_os = "linux")]
fn a_full_stdout_is_never_a_panic_nor_a_success() {
    for mut command in talkative() {
        let output = command.stdout(full()).stderr(Stdio::piped()).output();
        let output = output.unwrap();
        let stderr = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {stderr}");
        let is_quiet = stderr.lines().count() <= 1 && !stderr.contains("panicked");
        assert!(is_quiet, "{command:?}: {stderr}");
    }
}

/// Row 10.
#[test]
#[cfg(target_os = "linux")]
fn a_full_stderr_is_never_a_panic_nor_a_success() {
    let desk = Desk::new();
    let mapless = desk.text("mapless.wat");
    let calls: [&[&str]; 4] = [
        &["inspect", &mapless],
        &["size", "-m", "no-such-module"],
        &["frontier", "/nowhere"],
        &["no-such-subcommand"],
    ];
    for call in calls {
        let words: Vec<&OsStr> = call.iter().map(OsStr::new).collect();
        let status = plain(&words).stdout(Stdio::null()).stderr(full()).status();
        assert_eq!(status.unwrap().code(), Some(1), "{call:?}");
    }
}

/// Row 10.
#[test]
#[cfg(unix)]
fn arguments_that_are_no_text_are_never_a_panic() {
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let strange = OsStr::from_bytes(b"mod\xffule.wat");
    let file = desk.0.path().join(strange);
    fs::write(&file, WITH_MAPS).unwrap();
    let out = desk.0.path().join(OsStr::from_bytes(b"out\xff"));
    assert_succeeds(&lab("inspect", &[file.as_ref()]));
    assert_succeeds(&lab_into("run", &[], &out));
    let calls: [&[&OsStr]; 6] = [
        &["size".as_ref(), "-m".as_ref(), file.as_ref()],
        &["list".as_ref(), strange],
        &["frontier".as_ref(), strange],
        &["cmp".as_ref(), strange, strange],
        &["soak".as_ref(), "-s".as_ref(), strange],
        &[strange],
    ];
    for arguments in calls {
        let output = plain(arguments).output().unwrap();
        assert!(matches!(output.status.code(), Some(1 | 2)), "{arguments:?}");
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
}
